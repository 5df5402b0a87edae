import { HttpError } from "../stages/errors.ts";

/** Bytes that an uploaded document may have. */
export const mostUploadBytes = 50 * 1024 * 1024;

/** @throws {@link HttpError} 413 above the limit. */
export function checkUploadSize(bytes: number): void {
  if (bytes <= mostUploadBytes) return;
  throw new HttpError(413, `The document has ${bytes} bytes; the limit is ${mostUploadBytes} bytes (50 MiB).`);
}
