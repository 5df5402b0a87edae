import { foreignKindOf, typeOf } from "../stages/document-checks.ts";
import { type HttpRequest, header } from "./http.ts";
import { HttpError } from "./problems.ts";

/** A media type without its parameters, in lower case, and the charset among them. */
export function mediaTypeOf(contentType: string): { readonly type: string; readonly charset: string | undefined } {
  const [type = "", ...parameters] = contentType.toLowerCase().split(";");
  const named = parameters.map((parameter) => /^\s*charset\s*=\s*"?([^"\s]*)/.exec(parameter)?.[1]);
  return { type: type.trim(), charset: named.find((charset) => charset !== undefined) };
}

/**
 * The bytes of the body. The HTTP API encodes bodies in base64 whose type is not one of text.
 *
 * @throws {@link HttpError} `UnsupportedMediaType` for a body that is compressed.
 */
export function bodyOf(request: HttpRequest): Buffer<ArrayBuffer> {
  const coding = header(request, "content-encoding")?.trim().toLowerCase() ?? "";
  if (!["", "identity"].includes(coding)) {
    const sentence = `Content-Encoding ${coding} is not supported. Send the body as it is.`;
    throw new HttpError("UnsupportedMediaType", sentence, { "accept-encoding": "identity" });
  }
  return Buffer.from(request.body ?? "", request.isBase64Encoded ? "base64" : "utf-8");
}

/**
 * The text of the body, which may begin with a byte order mark.
 *
 * @throws {@link HttpError} `UnsupportedMediaType` for another charset than UTF-8, `InvalidUnicode` for bytes that are not UTF-8, or what says of which
 * kind they are.
 */
export function textOf(request: HttpRequest): string {
  const body = bodyOf(request);
  if (wasReplacedByGateway(request, body)) throw notText(body);
  return decodedText(body, mediaTypeOf(header(request, "content-type") ?? "").charset);
}

/** @throws {@link HttpError} as {@link textOf}. */
export function decodedText(bytes: Uint8Array, charset: string | undefined): string {
  if (charset !== undefined && !["utf-8", "utf8", "us-ascii"].includes(charset)) {
    throw new HttpError("UnsupportedMediaType", `Charset ${charset} is not supported. Send the text in UTF-8.`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw notText(bytes);
  }
}

/** Some clients send any file as a text, or as a form, which is what curl does. */
function notText(bytes: Uint8Array): HttpError {
  const type = typeOf(bytes);
  if (type !== undefined)
    return new HttpError(
      "ContentTypeMismatch",
      `The body is sent as text, but the content is ${type}. Send it with Content-Type: ${type}.`,
    );
  return foreignDocument(bytes) ?? new HttpError("InvalidUnicode", "The text is not valid UTF-8. Send it in UTF-8.");
}

/** The answer to a document of a kind that is known, but not read; nothing for any other. */
export function foreignDocument(bytes: Uint8Array): HttpError | undefined {
  const foreign = foreignKindOf(bytes);
  return foreign === undefined ? undefined : new HttpError("UnsupportedMediaType", `The document is ${foreign}.`);
}

/**
 * `true` where the HTTP API has decoded a body of text that is not UTF-8: it puts U+FFFD in the place of one to three bytes, which takes
 * three. A client that has sent U+FFFD itself has sent as many bytes as there are. A character of four bytes without its last one cannot be
 * told from it.
 */
function wasReplacedByGateway(request: HttpRequest, body: Buffer): boolean {
  if (request.isBase64Encoded || !request.body?.includes("\ufffd")) return false;
  const sent = header(request, "content-length");
  return sent !== undefined && Number(sent) !== body.length;
}

/** @throws {@link HttpError} `InvalidJson`, or as {@link textOf}. */
export function jsonBodyOf(request: HttpRequest): unknown {
  const body = textOf(request);
  try {
    return JSON.parse(body);
  } catch {
    throw new HttpError("InvalidJson", "Invalid JSON in request body");
  }
}
