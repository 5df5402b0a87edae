import { deflateSync } from "node:zlib";

/** The body of a PDF object, between `obj` and `endobj`. */
export type PdfObject = string | Buffer;

/** A stream; its dictionary gets its length. */
export function stream(dictionary: string, content: string | Uint8Array): Buffer {
  const bytes = typeof content === "string" ? Buffer.from(content, "latin1") : content;
  return Buffer.concat([Buffer.from(`<<${dictionary}/Length ${bytes.length}>>stream\n`), bytes, Buffer.from("\nendstream")]);
}

/** A stream of `FlateDecode`, deflated `times` times. */
export function flateStream(dictionary: string, content: string | Uint8Array, times = 1): Buffer {
  let bytes: Uint8Array = Buffer.from(content as string, "latin1");
  for (let time = 0; time < times; time++) bytes = deflateSync(bytes);
  return stream(`${dictionary}/Filter[${"/FlateDecode".repeat(times)}]`, bytes);
}

/** A file of objects, the first of which is number 1 and the catalog, with its table of cross-references. */
export function pdfFile(objects: readonly PdfObject[], trailer = ""): Buffer {
  const parts = [Buffer.from("%PDF-1.7\n")];
  const offsets: number[] = [];
  let length = 9;
  for (const [index, object] of objects.entries()) {
    const part = Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), Buffer.from(object as string, "latin1"), Buffer.from("\nendobj\n")]);
    offsets.push(length);
    length += part.length;
    parts.push(part);
  }
  const table = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const count = objects.length + 1;
  parts.push(Buffer.from(`xref\n0 ${count}\n0000000000 65535 f \n${table}`));
  parts.push(Buffer.from(`trailer<</Size ${count}/Root 1 0 R${trailer}>>\nstartxref\n${length}\n%%EOF\n`));
  return Buffer.concat(parts);
}

/** The parts of a page that differ from the default. */
export interface PageParts {
  readonly mediaBox?: string;
  /** The page's resources beside the font F1; the first of `objects` is number 6. */
  readonly resources?: string;
  readonly objects?: readonly PdfObject[];
  readonly trailer?: string;
}

/** A file of one page with these contents, in which `/F1` is Helvetica. */
export function onePage(
  contents: PdfObject,
  { mediaBox = "0 0 612 792", resources = "", objects = [], trailer = "" }: PageParts = {},
): Buffer {
  const page = `<</Type/Page/Parent 2 0 R/MediaBox[${mediaBox}]/Contents 5 0 R/Resources<</Font<</F1 4 0 R>>${resources}>>>>`;
  const font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>";
  return pdfFile(["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", page, font, contents, ...objects], trailer);
}

/** Contents that write one line. */
export const line = (text: string): string => `BT/F1 24 Tf 72 700 Td(${text})Tj ET\n`;
