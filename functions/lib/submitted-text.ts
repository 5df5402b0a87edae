import * as z from "zod/mini";
import { HttpError } from "./errors.ts";
import { type HttpRequest, header } from "./http.ts";

/** Bytes of UTF-8 that a text may have. */
const mostTextBytes = 1024 * 1024;

const accepted = 'Send application/json with {"text": "…"}, or text/plain in UTF-8.';
const documentTypes = ["image/png", "image/jpeg", "application/pdf", "multipart/form-data"];
/** What `curl -d` says of its body, whatever the body is. */
const typeOfCurl = "application/x-www-form-urlencoded";

/** The JSON body of `POST /jobs`. Unknown members are ignored. */
const submissionSchema = z.object({ text: z.string() });

/**
 * Reads the text out of the body of `POST /jobs`, trimmed at both ends.
 *
 * @throws {@link HttpError} 400 for what is not a text, 413 above the limit, 415 for a type that is not read.
 */
export function submittedText(request: HttpRequest): string {
  const [type = "", ...parameters] = (header(request, "content-type") ?? "")
    .toLowerCase()
    .split(";")
    .map((part) => part.trim());
  const text = readerOf(type, parameters)(bodyOf(request)).trim();
  if (text === "") throw new HttpError(400, "Field 'text' is required and must not be empty");
  if (!text.isWellFormed()) throw new HttpError(400, "The text contains half of a surrogate pair; send well-formed Unicode.");
  const bytes = Buffer.byteLength(text);
  if (bytes > mostTextBytes) throw new HttpError(413, `The text has ${bytes} bytes; the limit is ${mostTextBytes} bytes (1 MiB) of UTF-8.`);
  return text;
}

function readerOf(type: string, parameters: readonly string[]): (body: Buffer) => string {
  if (type === "text/plain") return plainTextReader(parameters);
  if (type === "" || type === typeOfCurl || type === "application/json" || type.endsWith("+json")) return textOfJson;
  if (documentTypes.includes(type)) throw new HttpError(415, `Documents of type ${type} cannot be read yet. ${accepted}`);
  throw new HttpError(415, `The content type ${type} is not accepted. ${accepted}`);
}

function plainTextReader(parameters: readonly string[]): (body: Buffer) => string {
  const charset = parameters
    .find((parameter) => parameter.startsWith("charset="))
    ?.slice("charset=".length)
    .replaceAll('"', "");
  if (charset !== undefined && !["utf-8", "utf8", "us-ascii"].includes(charset)) {
    throw new HttpError(415, `The charset ${charset} is not accepted. ${accepted}`);
  }
  return (body) => decode(body, "The body is not valid UTF-8.");
}

function textOfJson(body: Buffer): string {
  const notJson = "Invalid JSON in request body";
  const submission = submissionSchema.safeParse(parse(decode(body, notJson), notJson));
  return submission.success ? submission.data.text : "";
}

function parse(text: string, refusal: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpError(400, refusal);
  }
}

function decode(body: Buffer, refusal: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    throw new HttpError(400, refusal);
  }
}

/** The HTTP API hands over in base64 what its type does not mark as text. */
function bodyOf({ body = "", isBase64Encoded }: HttpRequest): Buffer {
  return Buffer.from(body, isBase64Encoded ? "base64" : "utf-8");
}
