import { randomUUID } from "node:crypto";
import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import * as z from "zod/mini";
import { uploadKey } from "../jobs/storage-layout.ts";
import { checkUploadSize, mostUploadBytes } from "../jobs/upload-limit.ts";
import type { Clock } from "../services/environment.ts";
import { documentTypes } from "../stages/document.ts";
import { HttpError } from "../stages/errors.ts";
import { ownerOf } from "./caller.ts";
import { type HttpRequest, type HttpResponse, json } from "./http.ts";
import { bodyOf, jsonIn } from "./request-body.ts";
import { isDocumentType } from "./scanned-document.ts";

/** Seconds for which the address takes the document. */
const urlSeconds = 15 * 60;

/** The JSON body of `POST /uploads`. Its description says more than this checks: what is too much has errors of its own. */
export const uploadSchema = z.object({
  contentType: z.string().register(z.globalRegistry, { enum: documentTypes }),
  bytes: z.int().check(z.minimum(1)).register(z.globalRegistry, { maximum: mostUploadBytes }),
});

export interface CreateUploadServices {
  /** Must not add a checksum of its own: the body is not known yet. */
  readonly client: S3Client;
  readonly bucketName: string;
  readonly now: Clock;
}

/** `POST /uploads`: an address that takes one document of exactly this type and size, for `POST /jobs` to make a job of. */
export function createUploadRoute({ client, bucketName, now }: CreateUploadServices) {
  return async (request: HttpRequest): Promise<HttpResponse> => {
    const { contentType, bytes } = announcedUpload(request);
    const uploadId = randomUUID();
    const createdAt = now();
    const put = new PutObjectCommand({
      Bucket: bucketName,
      Key: uploadKey(ownerOf(request), uploadId),
      ContentType: contentType,
      ContentLength: bytes,
    });
    // What is signed has to be sent just so: S3 itself refuses another size or type.
    const url = await getSignedUrl(client, put, {
      signingDate: new Date(createdAt * 1000),
      expiresIn: urlSeconds,
      signableHeaders: new Set(["content-type", "content-length", "host"]),
    });
    const headers = { "content-type": contentType, "content-length": String(bytes) };
    return json(201, { uploadId, url, headers, expiresAt: createdAt + urlSeconds });
  };
}

function announcedUpload(request: HttpRequest): z.infer<typeof uploadSchema> {
  const announced = uploadSchema.safeParse(jsonIn(bodyOf(request)));
  if (!announced.success)
    throw new HttpError(400, 'Send {"contentType": "…", "bytes": …} with the document\'s media type and its size in bytes.');
  const { contentType, bytes } = announced.data;
  if (!isDocumentType(contentType)) {
    const texts = contentType.startsWith("text/plain")
      ? "A text of up to 1 MiB goes to POST /jobs as it is"
      : `The content type "${contentType}" is not accepted`;
    throw new HttpError(415, `${texts}; uploads are of ${documentTypes.join(", ")}.`);
  }
  checkUploadSize(bytes);
  return announced.data;
}
