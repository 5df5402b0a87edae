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
