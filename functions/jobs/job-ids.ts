import { createHash } from "node:crypto";
import { v5 as nameBasedUuid } from "uuid";
import type { UnreadDocument } from "../stages/document.ts";

/** Namespaces of name-based UUIDs (RFC 9562, version 5): no key of a client's choice leads to the job of an upload. */
const namespaces = { key: "2b1c6c0e-5f0e-4f0e-9c58-0d6f4f0f7a51", upload: "8f6b7a52-3f5d-4f4e-8f7e-1d0c5a3e9b64" } as const;

/** The id of the job that an owner's `Idempotency-Key` leads to, so that a repeated request finds its own record. */
export const jobIdOfKey = (owner: string, key: string): string => nameBasedUuid(`${owner}\n${key}`, namespaces.key);

/** The id of the job that an owner's upload becomes without a key, and of the claim in its place with one. */
export const jobIdOfUpload = (owner: string, uploadId: string): string => nameBasedUuid(`${owner}\n${uploadId}`, namespaces.upload);

/** True where an id can be a job's or an upload's. No other one reaches a table or a bucket. */
export const isUuid = (id: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);

/** A digest that identifies a document. */
export function fingerprintOf(document: string | UnreadDocument): string {
  const digest = createHash("sha256");
  if (typeof document !== "string") digest.update(`${document.type}\n`);
  return digest.update(typeof document === "string" ? document : document.bytes).digest("base64url");
}
