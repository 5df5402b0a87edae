import * as z from "zod/mini";
import { acceptedDocument, acceptedText } from "../jobs/accepted-documents.ts";
import type { Submission, UploadReference } from "../jobs/submit-job.ts";
import { type DocumentType, documentKindNames, documentTypeOf, documentTypes, type ScannedDocument } from "../stages/document.ts";
import { foreignKindOf, typeOf } from "../stages/document-checks.ts";
import { bodyOf, type HttpRequest, header, jsonBodyOf } from "./http.ts";
import { HttpError } from "./problems.ts";

/** Maximum of a document in the request itself, in bytes: in base64 it just fits into the event of a Lambda function. */
const maxBodyBytes = 4 * 1024 * 1024;

/** The type that `curl -d` gives any body. */
const typeOfCurl = "application/x-www-form-urlencoded";

const supported = `Send application/json with {"text": "…"}, text/plain in UTF-8, ${documentTypes.join(", ")}, or one file as multipart/form-data.`;

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
  const { type, parameters } = mediaTypeOf(contentType);
  if (type === "multipart/form-data") return documentOfFile(await fileOf(bodyOf(request), contentType));
  if (type === "" || type === typeOfCurl || type === "application/json" || type.endsWith("+json"))
    return documentOfJson(jsonBodyOf(request));
  return documentOfType(type, bodyOf(request), parameters, `Content-Type ${type}`);
}

function mediaTypeOf(contentType: string): { readonly type: string; readonly parameters: readonly string[] } {
  const [type = "", ...parameters] = contentType.toLowerCase().split(";");
  return { type: type.trim(), parameters: parameters.map((parameter) => parameter.trim()) };
}

function documentOfJson(json: unknown): string | UploadReference {
  const { text, uploadId } = submissionSchema.safeParse(json).data ?? {};
  if (uploadId === undefined) return acceptedText(text ?? "");
  if (text !== undefined) throw new HttpError("AmbiguousDocument", "Send a text or an uploadId, not both.");
  return { uploadId };
}

/** @param parameters those of the media type, in lower case, such as `charset=utf-8`. */
function plainText(body: Uint8Array, parameters: readonly string[]): string {
  const charset = parameters
    .find((parameter) => parameter.startsWith("charset="))
    ?.slice("charset=".length)
    .replaceAll('"', "");
  if (charset !== undefined && !["utf-8", "utf8", "us-ascii"].includes(charset)) {
    throw new HttpError("UnsupportedMediaType", `Charset ${charset} is not supported. Send the text in UTF-8.`);
  }
  return acceptedText(utf8In(body));
}

function utf8In(body: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    throw new HttpError("InvalidUnicode", "The text is not valid UTF-8.");
  }
}

function scannedDocument(type: DocumentType, bytes: Uint8Array): ScannedDocument {
  if (bytes.byteLength > maxBodyBytes) {
    const limit = `${maxBodyBytes} bytes (4 MiB)`;
    const sentence = `The document has ${bytes.byteLength} bytes; the limit is ${limit}. Send a larger one by POST /uploads.`;
    throw new HttpError("DocumentTooLarge", sentence);
  }
  return acceptedDocument({ type, bytes });
}

async function documentOfFile(file: File): Promise<string | ScannedDocument> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const { type, parameters } = mediaTypeOf(file.type);
  return documentOfType(type, bytes, parameters, `Content-Type ${type} of the file`);
}

/** Clients that do not know a document's type send it as `application/octet-stream`: then its content decides. */
function documentOfType(type: string, bytes: Uint8Array, parameters: readonly string[], declared: string): string | ScannedDocument {
  const isUnknown = type === "application/octet-stream";
  const found = isUnknown ? typeOf(bytes) : documentTypeOf(type);
  if (found !== undefined) return scannedDocument(found, bytes);
  const foreign = foreignKindOf(bytes);
  if (foreign !== undefined)
    throw new HttpError("UnsupportedMediaType", `The document is ${foreign}, which is not read. Send ${documentKindNames}.`);
  if (isUnknown || type === "text/plain") return plainText(bytes, parameters);
  throw new HttpError("UnsupportedMediaType", `${declared} is not supported. ${supported}`);
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
