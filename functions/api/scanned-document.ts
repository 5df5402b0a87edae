import { type DocumentType, documentTypes } from "../stages/document.ts";
import { checkImageSize, imageSizeOf, typeOf } from "../stages/document-checks.ts";
import { HttpError, StageError } from "../stages/errors.ts";
import { DocumentTooLargeError, UnsupportedDocumentError } from "../stages/ocr/stage.ts";

/** Bytes of a document's beginning in which its type stands, and the size of all but the strangest images. */
export const bytesToCheck = 1024 * 1024;

export const isDocumentType = (type: string): type is DocumentType => (documentTypes as readonly string[]).includes(type);

/**
 * Lets a document pass that is what it claims to be, and an image of a size that can be read. The rest shows when it is.
 *
 * @param start the whole document, or {@link bytesToCheck} of its beginning.
 * @throws {@link HttpError} 400 where it is damaged, 413 where an image is too large, 415 where it is of another type, or too small.
 */
export function checkDocument(type: DocumentType, start: Uint8Array): void {
  const found = typeOf(start);
  if (found !== type)
    throw new HttpError(415, `The document is said to be ${type}, but its first bytes are of ${found ?? "no type that is read"}.`);
  const size = imageSizeOf(start, type);
  const mayComeLater = type === "application/pdf" || (size === undefined && start.byteLength >= bytesToCheck);
  if (!mayComeLater) asRefusal(() => checkImageSize(size));
}

function asRefusal(check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    const statusCode = error instanceof DocumentTooLargeError ? 413 : error instanceof UnsupportedDocumentError ? 415 : 400;
    throw new HttpError(statusCode, error.message);
  }
}
