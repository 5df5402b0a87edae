import type { ScannedDocument } from "../document.ts";
import { checkImageSize, imageSizeOf } from "../document-checks.ts";
import { decodeJpeg } from "./decode/jpeg.ts";
import { decodePng } from "./decode/png.ts";
import type { PageImage } from "./page-image.ts";
import { DocumentUnreadableError, UnsupportedDocumentError } from "./stage.ts";

/**
 * Decodes a PNG or a JPEG to a grey page over white, turned as its Exif says, with the resolution that it states.
 *
 * @param document up to 24 megapixels; its header is asked before anything is decoded.
 * @throws {@link DocumentUnreadableError} where it is cut off, damaged, or inflates to another size than it states.
 * @throws {@link UnsupportedDocumentError} with a side under 16 pixels, or where it is no image.
 * @throws {@link DocumentTooLargeError} with a side over 10,000 pixels, or more than 24 megapixels.
 */
export function decodeImage({ type, bytes }: ScannedDocument): PageImage {
  if (type === "application/pdf") throw new UnsupportedDocumentError("A PDF is not an image.");
  checkImageSize(imageSizeOf(bytes, type));
  try {
    return type === "image/png" ? decodePng(bytes) : decodeJpeg(bytes);
  } catch {
    throw new DocumentUnreadableError();
  }
}
