import { expect, test } from "vitest";
import { inDirection } from "../../../../../functions/stages/ocr/pdf/directions.ts";

/** Letters in this order, at their places in a line that reads so from left to right on the page; every letter is there once. */
const placed = (order: string, seen: string) =>
  Array.from(order, (text) => ({ text, left: text === " " ? 0 : 10 * Array.from(seen).indexOf(text) }));

test.each([
  ["words to the left, in order", "אבג דהו", "והד גבא", "אבג דהו"],
  ["words to the left beside an address, from left to right", "wx.yz/uv דהו אבג", "wx.yz/uv והד גבא", "wx.yz/uv אבג דהו"],
  ["an address from right to left", "אבג yz.wx", "wx.yz גבא", "אבג wx.yz"],
  ["brackets, which pdfium has turned round", "אבג z(y)x", "x(y)z גבא", "אבג x(y)z"],
  ["numbers, from right to left as they are read", "אבג 12 34", "34 12 גבא", "אבג 12 34"],
  ["a number of several parts", "אבג 34.12", "12.34 גבא", "אבג 12.34"],
])("%s", (_, order, seen, read) => {
  expect(inDirection(placed(order, seen))).toBe(read);
});
