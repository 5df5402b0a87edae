import { expect, test, vi } from "vitest";
import type { ScannedDocument } from "../../../../functions/stages/document.ts";
import { run } from "../../../../functions/stages/ocr/run.ts";
import { ocr } from "../../../../functions/stages/ocr/stage.ts";
import type { StageJob } from "../../../../functions/stages/stage-function.ts";
import { line, onePage, stream } from "../../../support/pdf-file.ts";

const loaded = vi.hoisted(() => ({ engines: 0 }));
vi.mock("../../../../functions/stages/ocr/read-document.ts", async (original) => {
  loaded.engines++;
  return original();
});

const job = {} as StageJob;
const remainingMillis = () => 100_000;

test("a text passes through, and no engine is loaded", async () => {
  const { text, result } = await run({ document: "  Cafe\u0301\r\nau lait ", job, remainingMillis });

  expect(text).toBe("  Café\nau lait ");
  expect(result).toEqual({ stage: "ocr", charCount: 15, wordCount: 3, preview: "  Café\nau lait " });
  expect(loaded.engines).toBe(0);
});

test("a scanned document is read, and counted as a text is", async () => {
  const document: ScannedDocument = { type: "application/pdf", bytes: onePage(stream("", line("Read off a page"))) };

  const { text, result } = await run({ document, job, remainingMillis });

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
