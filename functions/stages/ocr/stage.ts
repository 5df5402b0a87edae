import * as z from "zod/mini";
import { documentKindNames } from "../document.ts";
import { stageError } from "../errors.ts";
import type { Stage } from "../stage.ts";

/** The document is broken: truncated, or not what its first bytes say. */
export class DocumentUnreadableError extends stageError({
  name: "DocumentUnreadable",
  sentence: "The document could not be read; it may be damaged. Check that it opens, and send it again.",
}) {}

/** The document is within the limit of its bytes, but would grow past one of the other limits. */
export class DocumentTooLargeError extends stageError({
  name: "DocumentTooLarge",
  sentence: "The document is too large to be read. Send fewer pages or a smaller image.",
}) {}

/** The document is whole, but of a kind that is not read. */
export class UnsupportedDocumentError extends stageError({
  name: "UnsupportedDocument",
  sentence: `The document is of a kind that is not read, an image in an uncommon encoding, or below 16 pixels a side. Send an ordinary ${documentKindNames}.`,
}) {}

/** The document can only be opened with a password. */
export class DocumentProtectedError extends stageError({
  name: "DocumentProtected",
  sentence: "The document is protected by a password. Send it without one.",
}) {}

/** The document was read, and there is no text in it. */
export class NoTextFoundError extends stageError({
  name: "NoTextFound",
  sentence: `No text was found in the document in the configured languages (\${OcrLanguages}). Send a sharper or larger image of it.`,
}) {}

/** Passes a text through, and reads that of an image or a PDF. */
export const ocr = {
  name: "ocr",
  input: "document",
  result: z.object({
    stage: z.literal("ocr"),
    charCount: z.int(),
    wordCount: z.int(),
    preview: z.string(),
    pageCount: z.optional(z.int()),
    pagesRead: z.optional(z.int()),
    pagesSkipped: z.optional(z.array(z.object({ page: z.int(), lastPage: z.optional(z.int()), reason: z.string() }))),
    confidence: z.optional(z.number().check(z.minimum(0), z.maximum(1))),
  }),
  errors: [DocumentUnreadableError, DocumentTooLargeError, UnsupportedDocumentError, DocumentProtectedError, NoTextFoundError],
  memoryMiB: 2048,
  timeoutSeconds: 49, // a part reads the pages that there is time for; the rest of an execution leaves room for one more stage
  parts: { max: 8, minPieces: 4, planSeconds: 12, joinSeconds: 8 },
  attempts: 2,
  maxPaceSeconds: 5,
  access: { documents: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"] },
  config: ["ocrLanguages"],
} as const satisfies Stage;
