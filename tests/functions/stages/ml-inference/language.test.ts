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
  expect(await languageOf(text)).toEqual({ language: expected, isEnglish: expected === "en" });
});

test.each(["", "42", "😀", "Excellent.", "Berlin Paris", "Bad santa BAD", "A warm, funny, engaging film."])(
  "%j is not called foreign",
  async (text) => {
    const { language, isEnglish } = await languageOf(text);

    expect(["en", undefined]).toContain(language);
    expect(isEnglish).toBe(true);
  },
);

test("a few English words do not make a German text English", async () => {
  const text = "Das Meeting ist am Montag, the rest is history, und danach gehen wir alle zusammen in die Stadt zum Essen und Trinken";

  expect((await languageOf(text)).language).toBe("de");
});

const program = `const failures = files.filter(isBroken).map(readError);
for (const failure of failures) log.error(failure.message, failure.stack);
process.exitCode = Math.min(failures.length, maxErrors);
export const readError = (file) => JSON.parse(fs.readFileSync(file, "utf8")).error ?? null;`;

test.each([
  ["a program", program.repeat(3)],
  ["a log", "ERROR worker crashed, signal SIGKILL, restarting worker, attempt failed, connection refused\n".repeat(3)],
  [
    "Quechua, which is not detected",
    "Tukuy kay pachapi paqarimujkuna libres nasekuntu tukuypunitaj kikin obligacionesniycjllataj, jinakamalla honorniyoj atiyniyoj ima, chantaqa razonwan concienciawan dotasqa kasqankurayku, kawsaqe masipura jina, tukuy uj munakuyllapi kawsakunanku tiyan",
  ],
])("%s is not taken for English", async (_, text) => {
  expect((await languageOf(text)).isEnglish).toBe(false);
});
