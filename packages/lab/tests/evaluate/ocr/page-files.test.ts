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

test("a folder's images and PDFs come with the text that stands beside them", () => {
  const files = {
    "a.png": "\x89PNG\r\n\x1a\n",
    "b.JPG": "\xff\xd8\xff\xe0",
    "c.tif": "II*\0",
    "d.webp": "RIFF\0\0\0\0WEBP",
    "e.pdf": "%PDF-1.7",
    "f without an ending": "MM\0*",
    "notes.txt": "no page",
    "g.png": "no page either",
  };
  for (const [name, head] of Object.entries(files)) writeFileSync(join(folder, name), head, "latin1");
  writeFileSync(join(folder, "a.png.truth.txt"), "first");
  writeFileSync(join(folder, "c.truth.txt"), "third");

  const pages = pagesIn(folder);

  expect(pages.map(({ description, truth }) => [description, truth])).toEqual([
    ["a.png", "first"],
    ["b.JPG", undefined],
    ["c.tif", "third"],
    ["d.webp", undefined],
    ["e.pdf", undefined],
    ["f without an ending", undefined],
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
