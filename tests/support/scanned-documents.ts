import type { ScannedDocument } from "../../functions/stages/document.ts";

export interface FileOptions {
  readonly width?: number;
  readonly height?: number;
  /** Replaces an image's pixels; the replacement of OCR reads it. */
  readonly text?: string;
  /** The size of the whole file, padded with zeros. */
  readonly bytes?: number;
}

/** The beginning of a PNG, as far as anybody looks who does not decode it. */
export function pngFile({ width = 640, height = 480, text = "A page.", bytes }: FileOptions = {}): ScannedDocument {
  const header = Buffer.from("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0\0\0\0\0\x08\0\0\0\0\0\0\0\0", "latin1");
  header.writeUInt32BE(width, 16);
  header.writeUInt32BE(height, 20);
  return { type: "image/png", bytes: filled(header, text, bytes) };
}

/** The beginning of a JPEG. */
export function jpegFile({ width = 640, height = 480, text = "A page.", bytes }: FileOptions = {}): ScannedDocument {
  const header = Buffer.from("\xff\xd8\xff\xe0\0\x04\0\0\xff\xc0\0\x0b\x08\0\0\0\0\x01\x01\x11\0", "latin1");
  header.writeUInt16BE(height, 13);
  header.writeUInt16BE(width, 15);
  return { type: "image/jpeg", bytes: filled(header, text, bytes) };
}

/** The header of a WebP of the extended format, and nothing after it. */
export function webpFile(width: number, height: number): Buffer {
  const file = Buffer.from("RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\0\0\0\0\0\0", "latin1");
  file.writeUIntLE(width - 1, 24, 3);
  file.writeUIntLE(height - 1, 27, 3);
  return file;
}

/** The beginning of a PDF. */
export function pdfFile({ text = "A page.", bytes }: FileOptions = {}): ScannedDocument {
  return { type: "application/pdf", bytes: filled(Buffer.from("%PDF-1.7\n"), text, bytes) };
}

function filled(header: Buffer, text: string, bytes?: number): Buffer {
  const file = Buffer.concat([header, Buffer.from(text)]);
  return bytes === undefined ? file : Buffer.concat([file, Buffer.alloc(bytes - file.length)]);
}

/** A body of `multipart/form-data` and its type. */
export async function formOf(parts: readonly (readonly [name: string, value: string | File])[]) {
  const form = new FormData();
  for (const [name, value] of parts) form.append(name, value);
  const response = new Response(form);
  return { type: response.headers.get("content-type") ?? "", body: Buffer.from(await response.arrayBuffer()) };
}
