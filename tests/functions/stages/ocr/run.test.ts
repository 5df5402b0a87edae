import { expect, test, vi } from "vitest";
import type { Job } from "../../../../functions/jobs/job.ts";
import { resultSchemas } from "../../../../functions/jobs/job.ts";
import type { ScannedDocument } from "../../../../functions/stages/document.ts";
import { ocrStage } from "../../../../functions/stages/ocr/run.ts";
import { line, onePage, stream } from "../../../support/pdf-file.ts";

const loaded = vi.hoisted(() => ({ engines: 0 }));
vi.mock("../../../../functions/stages/ocr/read-document.ts", async (original) => {
  loaded.engines++;
  return original();
});

const job = {} as Job;
const remainingMillis = () => 100_000;

test("a text passes through, and no engine is loaded", async () => {
  const { text, result } = await ocrStage({ document: "  Cafe\u0301\r\nau lait ", job, remainingMillis });

  expect(text).toBe("  Café\nau lait ");
  expect(result).toEqual({ stage: "ocr", charCount: 15, wordCount: 3, preview: "  Café\nau lait " });
  expect(loaded.engines).toBe(0);
});

test("a scanned document is read, and counted as a text is", async () => {
  const document: ScannedDocument = { type: "application/pdf", bytes: onePage(stream("", line("Read off a page"))) };

  const { text, result } = await ocrStage({ document, job, remainingMillis });

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
  expect(resultSchemas.ocr.safeParse(result).success).toBe(true);
});
