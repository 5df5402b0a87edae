/** The kinds of documents whose text has to be read first: media types, and what people call them. */
export const documentKinds = {
  "image/png": "PNG",
  "image/jpeg": "JPEG",
  "image/tiff": "TIFF",
  "image/webp": "WebP",
  "application/pdf": "PDF",
} as const;

export type DocumentType = keyof typeof documentKinds;
export type ImageType = Exclude<DocumentType, "application/pdf">;

export const documentTypes = Object.keys(documentKinds) as readonly DocumentType[];

const oneOf = new Intl.ListFormat("en", { type: "disjunction" });

/** For sentences: all kinds by name, as in "Send …". */
export const documentKindNames = oneOf.format(Object.values(documentKinds)).replace(/, or /, " or ");

/** Media types that are not registered, but sent for ones that are. */
const aliases: Readonly<Record<string, DocumentType>> = {
  "image/jpg": "image/jpeg",
  "image/pjpeg": "image/jpeg",
  "image/tif": "image/tiff",
};

/** The kind that a media type names, in lower case and without parameters; nothing for one that is not read. */
export function documentTypeOf(mediaType: string): DocumentType | undefined {
  return documentTypes.find((type) => type === mediaType) ?? (Object.hasOwn(aliases, mediaType) ? aliases[mediaType] : undefined);
}

/** An image or a PDF as it was sent. */
export interface ScannedDocument {
  readonly type: DocumentType;
  readonly bytes: Uint8Array;
}

export interface ScannedImage extends ScannedDocument {
  readonly type: ImageType;
}

export const isImage = (document: ScannedDocument): document is ScannedImage => document.type !== "application/pdf";

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
