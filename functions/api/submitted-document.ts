import * as z from "zod/mini";
import { acceptedDocument, acceptedText } from "../jobs/accepted-documents.ts";
import type { Submission, UploadReference } from "../jobs/submit-job.ts";
import {
  type DocumentType,
  documentTypeOf,
  documentTypes,
  type HtmlDocument,
  htmlType,
  type ScannedDocument,
  type UnreadDocument,
} from "../stages/document.ts";
import { typeOf } from "../stages/document-checks.ts";
import { type HttpRequest, header } from "./http.ts";
import { HttpError } from "./problems.ts";
import { bodyOf, decodedText, foreignDocument, jsonBodyOf, mediaTypeOf, textOf } from "./request-body.ts";

/** Maximum of a document in the request itself, in bytes: in base64 it just fits into the event of a Lambda function. */
const maxBodyBytes = 4 * 1024 * 1024;

/** The type that `curl -d` gives any body. */
const typeOfCurl = "application/x-www-form-urlencoded";

const supported = `Send application/json with {"text": "…"}, text/plain or text/html in UTF-8, ${documentTypes.join(", ")}, or one file as multipart/form-data.`;

/** The JSON body of `POST /jobs`. Unknown members are ignored. Its description says more than this checks: each fault has an error of its own. */
export const submissionSchema = z
  .object({
    text: z.optional(z.string().register(z.globalRegistry, { pattern: "\\S" })),
    uploadId: z.optional(z.string().register(z.globalRegistry, { format: "uuid" })),
  })
  .register(z.globalRegistry, { oneOf: [{ required: ["text"] }, { required: ["uploadId"] }] });

/**
 * Reads the document in the body of `POST /jobs`: a text, an image or a PDF, or a reference to an upload.
 *
 * @throws {@link HttpError} or `SubmissionError` for a body that holds no document, one above a limit, or one of another type.
 */
export async function submittedDocument(request: HttpRequest): Promise<Submission["document"]> {
  const contentType = header(request, "content-type") ?? "";
  const { type } = mediaTypeOf(contentType);
  if (type === "multipart/form-data") return documentOfFile(await fileOf(bodyOf(request), contentType));
  if (type === "text/plain") return acceptedText(textOf(request));
  if (type === htmlType) return htmlDocument(textOf(request));
  if (type === "" || type === typeOfCurl || type === "application/json" || type.endsWith("+json"))
    return documentOfJson(jsonBodyOf(request));
  return documentOfBytes(type, bodyOf(request)) ?? acceptedText(textOf(request));
}

function documentOfJson(json: unknown): string | UploadReference {
  const { text, uploadId } = submissionSchema.safeParse(json).data ?? {};
  if (uploadId === undefined) return acceptedText(text ?? "");
  if (text !== undefined) throw new HttpError("AmbiguousDocument", "Send a text or an uploadId, not both.");
  return { uploadId };
}

function htmlDocument(html: string): HtmlDocument {
  const document = { type: htmlType, bytes: Buffer.from(html.trim()) } as const;
  checkBodySize(document, "");
  if (document.bytes.byteLength === 0) throw new HttpError("DocumentRequired", "The document is empty.");
  return document;
}

function scannedDocument(type: DocumentType, bytes: Uint8Array): ScannedDocument {
  checkBodySize({ bytes }, " Send a larger one by POST /uploads.");
  return acceptedDocument({ type, bytes });
}

function checkBodySize({ bytes }: Pick<UnreadDocument, "bytes">, remedy: string): void {
  if (bytes.byteLength <= maxBodyBytes) return;
  const sentence = `The document has ${bytes.byteLength} bytes; the limit is ${maxBodyBytes} bytes (4 MiB).`;
  throw new HttpError("DocumentTooLarge", sentence + remedy);
}

async function documentOfFile(file: File): Promise<string | UnreadDocument> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const { type, charset } = mediaTypeOf(file.type);
  if (type === "text/plain") return acceptedText(decodedText(bytes, charset));
  if (type === htmlType) return htmlDocument(decodedText(bytes, charset));
  return documentOfBytes(type, bytes) ?? acceptedText(decodedText(bytes, charset));
}

/**
 * Clients that do not know a document's type send it as `application/octet-stream`: then its content decides.
 *
 * @returns nothing where the content is to be taken for a text.
 */
function documentOfBytes(type: string, bytes: Uint8Array): ScannedDocument | undefined {
  const isUnknown = type === "application/octet-stream";
  const found = isUnknown ? typeOf(bytes) : documentTypeOf(type);
  if (found !== undefined) return scannedDocument(found, bytes);
  const foreign = foreignDocument(bytes);
  if (foreign !== undefined) throw foreign;
  if (!isUnknown) throw new HttpError("UnsupportedMediaType", `Content-Type ${type} is not supported. ${supported}`);
  return undefined;
}

/**
 * Reads the one file of a form. Other fields are ignored.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7578
 */
async function fileOf(body: Uint8Array<ArrayBuffer>, contentType: string): Promise<File> {
  const files = [...(await formOf(body, contentType)).values()].filter((value) => value instanceof File);
  const [file] = files;
  if (file !== undefined && files.length === 1) return file;
  const found = file === undefined ? "no file" : `${files.length} files`;
  throw new HttpError("InvalidForm", `The form has ${found}. Send exactly one, as curl -F file=@scan.png does.`);
}

/** Node's own parser. Its error can quote the body. */
async function formOf(body: Uint8Array<ArrayBuffer>, contentType: string): Promise<FormData> {
  try {
    return await new Response(body, { headers: { "content-type": contentType } }).formData();
  } catch {
    throw new HttpError("InvalidForm", "The body is not valid multipart/form-data, or the Content-Type has no boundary.");
  }
}
