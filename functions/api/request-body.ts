import { HttpError } from "../stages/errors.ts";
import type { HttpRequest } from "./http.ts";

/** The bytes of the body. The HTTP API hands over in base64 what its type does not mark as text. */
export function bodyOf({ body = "", isBase64Encoded }: HttpRequest): Buffer<ArrayBuffer> {
  return Buffer.from(body, isBase64Encoded ? "base64" : "utf-8");
}

/** @throws {@link HttpError} 400 where the body is not JSON in UTF-8. */
export function jsonIn(body: Uint8Array): unknown {
  const notJson = "Invalid JSON in request body";
  const text = utf8In(body, notJson);
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpError(400, notJson);
  }
}

/** @throws {@link HttpError} 400, with this sentence, where the bytes are not UTF-8. */
export function utf8In(body: Uint8Array, refusal: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    throw new HttpError(400, refusal);
  }
}
