import { type DocumentType, documentKindNames, type ScannedDocument } from "../stages/document.ts";
import { checkImageSize, foreignKindOf, imageSizeOf, typeOf } from "../stages/document-checks.ts";
import { SubmissionError } from "./errors.ts";

/** Maximum of a text, in bytes of UTF-8. */
const maxTextBytes = 1024 * 1024;

/** Maximum of an uploaded document, in bytes. */
export const maxUploadBytes = 50 * 1024 * 1024;

/** Bytes at the beginning of a document that hold its type, and the size of nearly all images. */
export const bytesToCheck = 1024 * 1024;

/** Formats that are not read and are written in letters, so that they arrive as texts. */
const programmedText = /^(?:\{\\rtf\d|%!PS)/;

/**
 * Trims a text at both ends.
 *
 * @throws {@link SubmissionError} for an empty text, one that is not well-formed, RTF or PostScript, and one above 1 MiB.
 */
export function acceptedText(given: string): string {
  const text = given.trim();
  if (isInvisible(text)) throw new SubmissionError("TextRequired", "Field 'text' is required and must not be empty");
  if (!text.isWellFormed()) throw new SubmissionError("InvalidUnicode", "The text contains a lone surrogate. Send well-formed Unicode.");
  if (programmedText.test(text))
    throw new SubmissionError("UnsupportedMediaType", `The document is ${unread(Buffer.from(text.slice(0, 16)))}.`);
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxTextBytes) return text;
  throw new SubmissionError("DocumentTooLarge", `The text has ${bytes} bytes; the limit is ${maxTextBytes} bytes (1 MiB) of UTF-8.`);
}

/** A text of zero-width characters and the like is as empty as one of spaces. */
const isInvisible = (text: string): boolean => /^[\s\p{Default_Ignorable_Code_Point}]*$/u.test(text);

/** @throws {@link SubmissionError} for an empty document. As {@link checkContent}. */
export function acceptedDocument(document: ScannedDocument): ScannedDocument {
  if (document.bytes.byteLength === 0) throw new SubmissionError("DocumentRequired", "The document is empty.");
  checkContent(document.type, document.bytes);
  return document;
}

/** @throws {@link SubmissionError} above 50 MiB. */
export function checkUploadSize(bytes: number): void {
  if (bytes <= maxUploadBytes) return;
  throw new SubmissionError("DocumentTooLarge", `The document has ${bytes} bytes; the limit is ${maxUploadBytes} bytes (50 MiB).`);
}

/**
 * Checks that a document is of its type, and that an image has a size that can be read. Other damage shows when it is read.
 *
 * @param start the whole document, or {@link bytesToCheck} of its beginning.
 * @throws {@link SubmissionError} where it is of another type; a `StageError` where it is damaged, or an image too large or too small.
 */
export function checkContent(type: DocumentType, start: Uint8Array): void {
  const found = typeOf(start);
  if (found !== type)
    throw new SubmissionError("ContentTypeMismatch", `Content-Type is ${type}, but the content is ${found ?? unread(start)}.`);
  if (hasPages.includes(type)) return;
  const size = imageSizeOf(start, type);
  const mayComeLater = size === undefined && start.byteLength >= bytesToCheck;
  if (!mayComeLater) checkImageSize(size);
}

/** Each of their pages has a size of its own, anywhere in the file. */
const hasPages: readonly DocumentType[] = ["application/pdf", "image/tiff"];

const unread = (start: Uint8Array): string => foreignKindOf(start) ?? `neither ${documentKindNames.replace(" or ", " nor ")}`;
