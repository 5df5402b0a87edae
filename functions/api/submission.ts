import { randomUUID } from "node:crypto";
import type { DocumentPlace, DocumentStore, TextPlace } from "../jobs/document-store.ts";
import type { Job, JobKey } from "../jobs/job.ts";
import { checkUploadSize } from "../jobs/upload-limit.ts";
import { UploadNotFoundError, type UploadStore } from "../jobs/upload-store.ts";
import type { ScannedDocument } from "../stages/document.ts";
import { HttpError } from "../stages/errors.ts";
import { ownerOf } from "./caller.ts";
import { type HttpRequest, isUuid } from "./http.ts";
import { fingerprintOf, idempotencyKeyOf, jobIdOfKey, jobIdOfUpload } from "./idempotency.ts";
import { bytesToCheck, checkDocument, isDocumentType } from "./scanned-document.ts";
import type { SubmittedDocument } from "./submitted-document.ts";

export interface SubmissionServices {
  readonly documents: DocumentStore;
  readonly uploads: UploadStore;
}

/** A document on its way to become a job. */
export interface Submission {
  /** What the record says of where it came from. */
  readonly fields: Pick<Job, "jobId" | "fingerprint" | "uploadId">;
  /**
   * Brings it to the job's own place.
   *
   * @throws {@link HttpError} 404, 409, 413 or 415 for an upload that is not there, changes meanwhile, or cannot be taken.
   */
  readonly place: (job: JobKey) => Promise<TextPlace | DocumentPlace>;
}

/** The name of what the client sent, in the bucket. */
export const documentName = "document";

/** @throws {@link HttpError} 400 for an upload with an `Idempotency-Key`, 404 for one that cannot be. */
export function submissionOf(request: HttpRequest, document: SubmittedDocument, services: SubmissionServices): Submission {
  const [owner, idempotencyKey] = [ownerOf(request), idempotencyKeyOf(request)];
  if (typeof document === "string" || "bytes" in document) {
    return { fields: fieldsOf(owner, document, idempotencyKey), place: (job) => services.documents.put(job, documentName, document) };
  }
  const { uploadId } = document;
  if (idempotencyKey !== undefined) throw new HttpError(400, "An upload is its own key: send its uploadId without an Idempotency-Key.");
  if (!isUuid(uploadId)) throw new UploadNotFoundError(uploadId);
  const place = (job: JobKey) => placeUpload(owner, uploadId, job, services);
  return { fields: { jobId: jobIdOfUpload(owner, uploadId), uploadId }, place };
}

function fieldsOf(owner: string, document: string | ScannedDocument, idempotencyKey: string | undefined): Submission["fields"] {
  if (idempotencyKey === undefined) return { jobId: randomUUID() };
  return { jobId: jobIdOfKey(owner, idempotencyKey), fingerprint: fingerprintOf(document) };
}

/** What is checked of the document is read from the job's copy: an upload may change at any time. */
async function placeUpload(
  owner: string,
  uploadId: string,
  job: JobKey,
  { documents, uploads }: SubmissionServices,
): Promise<DocumentPlace> {
  const upload = await uploads.find(owner, uploadId);
  const { bytes, type } = upload;
  checkUploadSize(bytes);
  if (!isDocumentType(type)) throw new HttpError(415, `An upload of type ${type} is not accepted.`);
  await uploads.copy(uploadId, upload, job, documentName);
  checkDocument(type, await documents.readStart(job, documentName, bytesToCheck));
  return { document: { name: documentName, bytes, type } };
}
