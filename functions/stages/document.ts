/** The media types of documents whose text has to be read first. */
export const documentTypes = ["image/png", "image/jpeg", "application/pdf"] as const;
export type DocumentType = (typeof documentTypes)[number];

/** An image or a PDF as it was sent. */
export interface ScannedDocument {
  readonly type: DocumentType;
  readonly bytes: Uint8Array;
}

/** The same bytes, not a copy, with a Buffer's ways to read them. */
export const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
