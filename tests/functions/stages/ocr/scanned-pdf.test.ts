import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readDocument } from "../../../../functions/stages/ocr/read-document.ts";
import { characterErrorRate } from "../../../../packages/lab/evaluate/ocr/character-error-rate.ts";
import { minutes } from "../../../../packages/lab/evaluate/ocr/minutes.ts";
import { scannedPdf } from "../../../../packages/lab/evaluate/ocr/scanned-pdf.ts";

const sample = readFileSync(new URL("../../../../docs/samples/scanned.pdf", import.meta.url));

test("the sample is what its script makes", async () => {
  expect(Buffer.from(await scannedPdf()).equals(sample)).toBe(true);
});

test("three scanned pages are read, with one character wrong of a hundred at most", async () => {
  const truth = minutes.flatMap(({ heading, paragraphs }) => [heading, ...paragraphs]).join("\n");

  const found = await readDocument({ type: "application/pdf", bytes: sample }, { remainingMillis: () => 600_000 });

  expect(found).toMatchObject({ pageCount: 3, pagesRead: 3 });
  expect(found.confidence).toBeGreaterThan(0.85);
  expect(characterErrorRate(truth, found.text)).toBeLessThan(0.01);
});
