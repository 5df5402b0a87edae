import { expect, test } from "vitest";
import { mayBeEnglish } from "../../../../functions/lib/sentiment/language.ts";

test.each([
  ["The report was published on Monday and has 48 pages", true],
  ["PLEASE READ CAREFULLY BEFORE SIGNING ANYTHING WHATSOEVER, THANK YOU", true],
  ["terrible servicio, no volver nunca más aquí", true], // seven words are too few to tell
  ["El servicio fue terrible, no lo recomiendo a nadie", false],
  ["Das Essen war leider kalt und der Kellner unfreundlich", false],
  ["Le service était horrible et nous avons attendu longtemps", false],
])("%s: %s", (text, expected) => {
  const english = mayBeEnglish(text.split(" "));

  expect(english).toBe(expected);
});
