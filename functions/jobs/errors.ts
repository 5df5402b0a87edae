import type { S3ServiceException } from "@aws-sdk/client-s3";

/** The reasons why a document is not accepted. */
export type SubmissionErrorCode =
  | "ContentTypeMismatch"
  | "DocumentRequired"
  | "DocumentTooLarge"
  | "IdempotencyKeyReused"
  | "InvalidUnicode"
  | "JobNotStored"
  | "TextRequired"
  | "UnsupportedMediaType"
  | "UploadAlreadyUsed"
  | "UploadChanged"
  | "UploadNotFound";

/** A document that is not accepted. The message is for the client to read. */
export class SubmissionError extends Error {
  override readonly name = "SubmissionError";
  readonly code: SubmissionErrorCode;

  constructor(code: SubmissionErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export const uploadNotFound = (uploadId: string): SubmissionError =>
  new SubmissionError("UploadNotFound", `Upload '${uploadId}' not found. An upload is kept for one day and becomes one job.`);

/** The status of an answer of S3. The class of its errors is not asked for: its module is slow to load. */
export const statusOf = (error: unknown): number | undefined =>
  error instanceof Error && "$metadata" in error ? (error as S3ServiceException).$metadata.httpStatusCode : undefined;

/** S3 answers 403 for a missing object to those who may not list the bucket. */
export const isMissing = (error: unknown): boolean => [403, 404].includes(statusOf(error) ?? 0);
