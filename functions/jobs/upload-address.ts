import { randomUUID } from "node:crypto";
import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import type { DocumentType } from "../stages/document.ts";
import { uploadKey } from "./storage-layout.ts";
import type { Clock } from "./telemetry.ts";

/** Seconds for which an address accepts its document. */
const addressSeconds = 15 * 60;

export interface UploadSigner {
  /** Must not add a checksum of its own: the body is not known yet. */
  readonly client: S3Client;
  readonly bucketName: string;
  readonly now: Clock;
}

/** An address that accepts one document by PUT with exactly these headers, until `expiresAt` (Unix time in whole seconds). */
export interface UploadAddress {
  readonly uploadId: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresAt: number;
}

/** Signs type and size with the address, so that S3 itself refuses any other. */
export async function createUploadAddress(
  owner: string,
  { type, bytes }: { readonly type: DocumentType; readonly bytes: number },
  { client, bucketName, now }: UploadSigner,
): Promise<UploadAddress> {
  const [uploadId, createdAt] = [randomUUID(), now()];
  const put = new PutObjectCommand({ Bucket: bucketName, Key: uploadKey(owner, uploadId), ContentType: type, ContentLength: bytes });
  const url = await getSignedUrl(client, put, {
    signingDate: new Date(createdAt * 1000),
    expiresIn: addressSeconds,
    signableHeaders: new Set(["content-type", "content-length", "host"]),
  });
  return { uploadId, url, headers: { "content-type": type, "content-length": String(bytes) }, expiresAt: createdAt + addressSeconds };
}
