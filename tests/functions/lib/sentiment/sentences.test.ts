import { expect, test } from "vitest";
import { sentencesOf } from "../../../../functions/lib/sentiment/sentences.ts";

test.each([
  ["", []],
  [" \n\t ", []],
  ["One. Two! Three? Four", ["one", "two !", "three ?", "four"]],
  ["He said “it works.” She left.", ["he said it works", "she left"]],
  ["No full stop\n\nhere", ["no full stop here"]],
  ["GOOD Morning, I Am", ["GOOD morning I am"]],
  ["don’t “worry” (really)", ["don't worry really"]],
  ["What?!, yes", ["what ?! yes"]],
  ["and/or cold—bitter --nice", ["and or cold bitter nice"]],
  ["well-made e-mail", ["well-made e-mail"]],
  ["fine :-) <3", ["fine :-) <3"]],
  ["gr\u200beat \u202eday", ["great day"]],
])("%j", (text, expected) => {
  const sentences = sentencesOf(text);

  expect(sentences).toEqual(expected);
});

test("a sentence ends after 60 words at the latest", () => {
  const sentences = sentencesOf("word ".repeat(130));

  expect(sentences.map((sentence) => sentence.split(" ").length)).toEqual([60, 60, 10]);
});

test("words of more than 64 characters are left out", () => {
  const sentences = sentencesOf(`${"a".repeat(64)} ${"b".repeat(65)} end`);

  expect(sentences).toEqual([`${"a".repeat(64)} end`]);
});
