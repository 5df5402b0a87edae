import { expect, test } from "vitest";
import { languageOf } from "../../../../functions/stages/ml-inference/language.ts";

test.each([
  ["en", "The report was published on Monday and has 48 pages"],
  ["en", "PLEASE READ CAREFULLY BEFORE SIGNING ANYTHING WHATSOEVER, THANK YOU"],
  ["de", "Das Essen war leider kalt und der Kellner unfreundlich"],
  ["fr", "Le service était horrible et nous avons attendu longtemps"],
  ["es", "terrible servicio, no volver nunca más aquí"],
  ["it", "Grazie mille per il vostro aiuto"],
  ["pt", "O produto chegou atrasado e com defeito."],
  ["nl", "Ik ben erg blij met dit product"],
  ["pl", "Jestem bardzo zadowolony z tego zakupu."],
  ["tr", "Bu ürünü çok beğendim, herkese tavsiye ederim."],
  ["ru", "Спасибо за помощь"],
  ["el", "Το φαγητό ήταν κρύο"],
  ["ar", "الخدمة كانت ممتازة وأنصح بها الجميع"],
  ["ja", "この製品はとても気に入りました。"],
  ["zh", "谢谢你的帮助"],
  ["ko", "이 제품이 정말 마음에 들어요"],
])("%s: %s", async (expected, text) => {
  expect(await languageOf(text)).toBe(expected);
});

test.each(["", "42", "😀", "Excellent.", "Berlin Paris", "Bad santa BAD", "A warm, funny, engaging film."])(
  "%j is not called foreign",
  async (text) => {
    expect(["en", undefined]).toContain(await languageOf(text));
  },
);

test("a few English words do not make a German text English", async () => {
  const text = "Das Meeting ist am Montag, the rest is history, und danach gehen wir alle zusammen in die Stadt zum Essen und Trinken";

  expect(await languageOf(text)).toBe("de");
});
