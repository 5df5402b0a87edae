import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { typeOf } from "../../../../../functions/stages/document-checks.ts";
import { pagesIn, writePages } from "../../../evaluate/ocr/page-files.ts";
import { wordsFound } from "../../../evaluate/ocr/words-found.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pages-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

test.each([
  { truth: "Total: $12.50, paid", read: "TOTAL 12.50 Paid", found: 1 },
  { truth: "one one two", read: "two one", found: 2 / 3 },
  { truth: "word", read: "", found: 0 },
  { truth: "", read: "", found: 1 },
  { truth: "", read: "seen in clouds", found: 0 },
])("of $truth, $read finds $found", ({ truth, read, found }) => {
  expect(wordsFound(truth, read)).toBe(found);
});

test("a folder's pages come with the text that stands beside them", () => {
  for (const name of ["a.png", "b.JPG", "c.jpeg", "notes.txt"]) writeFileSync(join(folder, name), "");
  writeFileSync(join(folder, "a.png.truth.txt"), "first");
  writeFileSync(join(folder, "c.truth.txt"), "third");

  const pages = pagesIn(folder);

  expect(pages.map(({ description, truth }) => [description, truth])).toEqual([
    ["a.png", "first"],
    ["b.JPG", undefined],
    ["c.jpeg", "third"],
  ]);
});

test.each(["receipts", "maps", "screenshots", "signs and packages"] as const)(
  "%s are drawn with their text, the same for the same seed",
  async (group) => {
    const [first, again] = [await writePages(join(folder, "first"), group, 3, 1), await writePages(join(folder, "again"), group, 3, 1)];

    const [page, same] = [first[0], again[0]];

    expect(page?.truth?.length).toBeGreaterThan(3);
    expect({ ...same, file: "" }).toEqual({ ...page, file: "" });
    const [bytes, sameBytes] = [page, same].map((one) => readFileSync(one?.file ?? ""));
    expect(sameBytes).toEqual(bytes);
    expect(typeOf(bytes ?? Buffer.alloc(0))).toMatch(/^image\//);
  },
);
