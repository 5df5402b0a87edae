import { HttpError } from "../stages/errors.ts";
import { utf8In } from "./request-body.ts";

/** Bytes of UTF-8 that a text may have. */
const mostTextBytes = 1024 * 1024;

/**
 * Trims a text at both ends.
 *
 * @throws {@link HttpError} 400 for what is not a text, 413 above the limit.
 */
export function submittedText(given: string): string {
  const text = given.trim();
  if (text === "") throw new HttpError(400, "Field 'text' is required and must not be empty");
  if (!text.isWellFormed()) throw new HttpError(400, "The text contains half of a surrogate pair; send well-formed Unicode.");
  const bytes = Buffer.byteLength(text);
  if (bytes > mostTextBytes) throw new HttpError(413, `The text has ${bytes} bytes; the limit is ${mostTextBytes} bytes (1 MiB) of UTF-8.`);
  return text;
}

/**
 * Reads a body that is a text.
 *
 * @param parameters those of its media type, in lower case, such as `charset=utf-8`.
 * @throws {@link HttpError} as {@link submittedText}, and 415 for another charset.
 */
export function plainText(body: Uint8Array, parameters: readonly string[]): string {
  const charset = parameters
    .find((parameter) => parameter.startsWith("charset="))
    ?.slice("charset=".length)
    .replaceAll('"', "");
  if (charset !== undefined && !["utf-8", "utf8", "us-ascii"].includes(charset)) {
    throw new HttpError(415, `The charset ${charset} is not accepted. Send the text in UTF-8.`);
  }
  return submittedText(utf8In(body, "The body is not valid UTF-8."));
}
