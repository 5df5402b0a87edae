import * as z from "zod/mini";
import { type DocumentType, documentTypes, type ScannedDocument } from "../stages/document.ts";
import { typeOf } from "../stages/document-checks.ts";
import { HttpError } from "../stages/errors.ts";
import { type HttpRequest, header } from "./http.ts";
import { filePartOf } from "./multipart.ts";
import { bodyOf, jsonIn } from "./request-body.ts";
import { checkDocument, isDocumentType } from "./scanned-document.ts";
import { plainText, submittedText } from "./submitted-text.ts";

/** Bytes that a document may have which comes in the request itself: in base64 it just fits into what a Lambda is handed. */
const mostDocumentBytes = 4 * 1024 * 1024;

/** What `curl -d` says of its body, whatever the body is. */
const typeOfCurl = "application/x-www-form-urlencoded";

const accepted = `Send application/json with {"text": "…"}, text/plain in UTF-8, ${documentTypes.join(", ")}, or one file as multipart/form-data.`;

/** The JSON body of `POST /jobs`. Unknown members are ignored. Its description says more than this checks: each fault has an error of its own. */
export const submissionSchema = z
  .object({
    text: z.optional(z.string().register(z.globalRegistry, { pattern: "\\S" })),
    uploadId: z.optional(z.string().register(z.globalRegistry, { format: "uuid" })),
  })
  .register(z.globalRegistry, { oneOf: [{ required: ["text"] }, { required: ["uploadId"] }] });

/** Names a document that was sent to the bucket before. */
export interface UploadReference {
  readonly uploadId: string;
}

export type SubmittedDocument = string | ScannedDocument | UploadReference;

/**
 * Reads the document out of the body of `POST /jobs`: a text, trimmed at both ends, an image or a PDF, or the name of an upload.
 *
 * @throws {@link HttpError} 400 for what is no document, 413 above a limit, 415 for a type that is not read or not what the document is.
 */
export async function submittedDocument(request: HttpRequest): Promise<SubmittedDocument> {
  const contentType = header(request, "content-type") ?? "";
  const { type, parameters } = mediaTypeOf(contentType);
  const body = bodyOf(request);
  if (type === "multipart/form-data") return documentOfPart(await filePartOf(body, contentType));
  if (type === "text/plain") return plainText(body, parameters);
  if (type === "" || type === typeOfCurl || type === "application/json" || type.endsWith("+json")) return documentOfJson(jsonIn(body));
  if (isDocumentType(type)) return scannedDocument(type, body);
  throw new HttpError(415, `The content type ${type} is not accepted. ${accepted}`);
}

function mediaTypeOf(contentType: string): { readonly type: string; readonly parameters: readonly string[] } {
  const [type = "", ...parameters] = contentType.toLowerCase().split(";");
  return { type: type.trim(), parameters: parameters.map((parameter) => parameter.trim()) };
}

function documentOfJson(json: unknown): string | UploadReference {
  const { text, uploadId } = submissionSchema.safeParse(json).data ?? {};
  if (uploadId === undefined) return submittedText(text ?? "");
  if (text !== undefined) throw new HttpError(400, "Send a text or an uploadId, not both.");
  return { uploadId };
}

/** Clients that do not know a file's type send it as `application/octet-stream`: then it is what it is by its first bytes. */
async function documentOfPart(part: File): Promise<string | ScannedDocument> {
  const bytes = new Uint8Array(await part.arrayBuffer());
  const { type, parameters } = mediaTypeOf(part.type);
  const found = type === "application/octet-stream" ? (typeOf(bytes) ?? "text/plain") : type;
  if (found === "text/plain") return plainText(bytes, parameters);
  if (isDocumentType(found)) return scannedDocument(found, bytes);
  throw new HttpError(415, `A file of type ${type} is not accepted. ${accepted}`);
}

function scannedDocument(type: DocumentType, bytes: Uint8Array): ScannedDocument {
  if (bytes.byteLength === 0) throw new HttpError(400, "The document is empty.");
  if (bytes.byteLength > mostDocumentBytes) {
    const limit = `${mostDocumentBytes} bytes (4 MiB)`;
    throw new HttpError(413, `The document has ${bytes.byteLength} bytes; the limit is ${limit}. Send a larger one by POST /uploads.`);
  }
  checkDocument(type, bytes);
  return { type, bytes };
}
