/** The media types of documents whose text has to be read first. */
export const documentTypes = ["image/png", "image/jpeg", "application/pdf"] as const;
export type DocumentType = (typeof documentTypes)[number];

/** An image or a PDF as it was sent. */
export interface ScannedDocument {
  readonly type: DocumentType;
  readonly bytes: Uint8Array;
}

/** Its first bytes do not tell HTML, and no engine is needed to read it. */
export const htmlType = "text/html";

/** HTML in UTF-8 as it was sent. */
export interface HtmlDocument {
  readonly type: typeof htmlType;
  readonly bytes: Uint8Array;
}

/** A document whose text has to be read first. */
export type UnreadDocument = ScannedDocument | HtmlDocument;

/** The same bytes, not a copy, with a Buffer's ways to read them. */
export const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
