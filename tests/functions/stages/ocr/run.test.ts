import { expect, test, vi } from "vitest";
import type { ScannedDocument } from "../../../../functions/stages/document.ts";
import type { PageOutcome } from "../../../../functions/stages/ocr/page-source.ts";
import { run } from "../../../../functions/stages/ocr/run.ts";
import { ocr } from "../../../../functions/stages/ocr/stage.ts";
import type { LostPiece, Plan, StageJob } from "../../../../functions/stages/stage-function.ts";
import { line, onePage, stream } from "../../../support/pdf-file.ts";
import { pngFile } from "../../../support/scanned-documents.ts";

const loaded = vi.hoisted(() => ({ engines: 0 }));
vi.mock("../../../../functions/stages/ocr/read-document.ts", async (original) => {
  loaded.engines++;
  return original();
});

const job = {} as StageJob;
const remainingMillis = () => 100_000;

function done<Work>(planned: Work | Plan<unknown>): Work {
  if (typeof planned === "object" && planned !== null && "pieces" in planned) throw new Error("Something is left to be done.");
  return planned as Work;
}

test("a text passes through, and no engine is loaded", async () => {
  const { text, result } = done(await run.plan({ document: "  Cafe\u0301\r\nau lait ", job, remainingMillis }));

  expect(text).toBe("  Café\nau lait ");
  expect(result).toEqual({ stage: "ocr", charCount: 15, wordCount: 3, preview: "  Café\nau lait " });
  expect(loaded.engines).toBe(0);
});

test("a document that holds its text is read at once, and counted as a text is", async () => {
  const document: ScannedDocument = { type: "application/pdf", bytes: onePage(stream("", line("Read off a page"))) };

  const { text, result } = done(await run.plan({ document, job, remainingMillis }));

  expect(text).toBe("Read off a page");
  expect(result).toEqual({
    stage: "ocr",
    charCount: 15,
    wordCount: 4,
    preview: "Read off a page",
    pageCount: 1,
    pagesRead: 1,
    confidence: 1,
  });
  expect(ocr.result.safeParse(result).success).toBe(true);
});

test("pages for the engine are left, and joined with what was known before: lost ones by the reason that a client understands", async () => {
  const known = { pageCount: 4, pages: [[0, { text: "one", confidence: 1 }]], rest: "PageLimit" } as const;
  const outcomes = new Map<number, PageOutcome | LostPiece>();
  outcomes.set(1, { text: "two", confidence: 0.5 }).set(2, { lost: "StageUnfinished" }).set(3, { lost: "StageCrashed" });

  const { text, result } = await run.join(known, outcomes);

  expect(text).toBe("one\n\ntwo");
  expect(result).toMatchObject({
    ...{ wordCount: 2, pageCount: 4, pagesRead: 2, confidence: 0.75 },
    pagesSkipped: [
      { page: 3, reason: "TimeLimit" },
      { page: 4, reason: "StageCrashed" },
    ],
  });
  expect(ocr.result.safeParse(result).success).toBe(true);
});

test("an image is one piece, and is not decoded before its turn", async () => {
  const document: ScannedDocument = { type: "image/png", bytes: pngFile().bytes };

  const planned = await run.plan({ document, job, remainingMillis });

  expect(planned).toEqual({ known: { pageCount: 1, pages: [], rest: "PageLimit" }, pieces: [0] });
  expect(await run.open({ document, job, remainingMillis })(0)).toEqual({ skipped: "DocumentUnreadable" });
});

test.each([
  { what: "a long text", text: "A long text. ".repeat(40), listed: 7 },
  { what: "a long text in letters of four bytes", text: "\u{10330}".repeat(400), listed: 0 },
  { what: "a text that stands in the record", text: "x".repeat(120), listed: 4 },
])("the pages left out of $what are listed as far as the record has room, and counted in any case", async ({ text, listed }) => {
  const others = Array.from(
    { length: 29 },
    (_, at) => [at + 1, at % 2 === 0 ? { skipped: "TimeLimit" } : { text: "", confidence: 1 }] as const,
  );
  const known = { pageCount: 30, pages: [[0, { text, confidence: 1 }], ...others], rest: "PageLimit" } as const;

  const { result } = await run.join(known, new Map());

  expect([result.pageCount, result.pagesRead]).toEqual([30, 15]);
  expect(result.pagesSkipped?.map(({ page }) => page)).toEqual(Array.from({ length: listed }, (_, at) => 2 * at + 2));
});
