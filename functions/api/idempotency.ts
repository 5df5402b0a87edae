import { createHash } from "node:crypto";
import { v5 as nameBasedUuid } from "uuid";
import type { ScannedDocument } from "../stages/document.ts";
import { HttpError } from "../stages/errors.ts";
import { type HttpRequest, header } from "./http.ts";

/** The namespace of job ids that are made from a key (RFC 9562, version 5). */
const namespace = "2b1c6c0e-5f0e-4f0e-9c58-0d6f4f0f7a51";

/**
 * Reads the `Idempotency-Key` header.
 *
 * @throws {@link HttpError} 400 where it is not 16 to 255 printable ASCII characters.
 */
export function idempotencyKeyOf(request: HttpRequest): string | undefined {
  const key = header(request, "idempotency-key");
  if (key === undefined || /^[\x20-\x7e]{16,255}$/.test(key)) return key;
  throw new HttpError(400, "The Idempotency-Key must be 16 to 255 printable ASCII characters, best a random UUID.");
}

/** The job id that one owner's key always leads to, so that a repeat meets its own record. */
export const jobIdOfKey = (owner: string, key: string): string => nameBasedUuid(`${owner}\n${key}`, namespace);

/** Another namespace for ids that are made from an upload: no key of the client's choice leads to one. */
const uploadNamespace = "8f6b7a52-3f5d-4f4e-8f7e-1d0c5a3e9b64";

/** The job id that one owner's upload always leads to. */
export const jobIdOfUpload = (owner: string, uploadId: string): string => nameBasedUuid(`${owner}\n${uploadId}`, uploadNamespace);

/** Tells one document from another without keeping it. */
export function fingerprintOf(document: string | ScannedDocument): string {
  const digest = createHash("sha256");
  if (typeof document !== "string") digest.update(`${document.type}\n`);
  return digest.update(typeof document === "string" ? document : document.bytes).digest("base64url");
}
