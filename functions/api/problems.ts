import { STATUS_CODES } from "node:http";
import { SubmissionError } from "../jobs/errors.ts";
import { StageError } from "../stages/errors.ts";

/** An error answer: its status, when it is given, and after how many seconds the same request may succeed. */
interface Problem {
  readonly status: number;
  readonly when: string;
  readonly retryAfterSeconds?: number;
}

/** Every error answer of the functions by its `code`. The description in OpenAPI and the table in docs/api.md say the same. */
export const problems = {
  InvalidJson: { status: 400, when: "The body is not valid JSON." },
  TextRequired: { status: 400, when: "There is no text, or none that can be seen." },
  InvalidUnicode: { status: 400, when: "The body is not valid UTF-8, or the text contains a lone surrogate." },
  AmbiguousDocument: { status: 400, when: "There are both a text and an uploadId." },
  InvalidForm: { status: 400, when: "The form is malformed, or does not have exactly one file." },
  DocumentRequired: { status: 400, when: "The document is empty." },
  DocumentUnreadable: { status: 400, when: "The image is damaged, so that its size cannot be read." },
  InvalidIdempotencyKey: { status: 400, when: "The Idempotency-Key is not 16 to 255 printable ASCII characters." },
  InvalidUpload: { status: 400, when: "The request has no contentType, or no size in bytes." },
  InvalidQuery: { status: 400, when: "The query is missing, empty, too long, or has no word to search for." },
  InvalidParameter: { status: 400, when: "`limit` is not a whole number from 1 to 100, or `status` is not a status of a job." },
  InvalidCursor: { status: 400, when: "`cursor` is not one that this caller was given." },
  TokenClaimMissing: { status: 403, when: "The token has no `iss` or no `sub` claim." },
  JobNotFound: { status: 404, when: "There is no such job, it has expired, or it is another caller's." },
  TextNotReady: { status: 404, when: "OCR has not finished.", retryAfterSeconds: 1 },
  TextNotFound: { status: 404, when: "The job failed before OCR had finished." },
  UploadNotFound: { status: 404, when: "The upload was never sent, is older than a day, or has become a job." },
  RouteNotFound: { status: 404, when: "The API has no such path, or no list of jobs because callers do not authenticate." },
  MethodNotAllowed: { status: 405, when: "The path has no such method; `Allow` lists those that it has." },
  UploadAlreadyUsed: { status: 409, when: "The upload was submitted with another Idempotency-Key." },
  UploadChanged: { status: 409, when: "The document was uploaded again while it was read. Send the same request again." },
  DocumentTooLarge: { status: 413, when: "The text, the document or the image is larger than the limit that the sentence names." },
  UnsupportedMediaType: {
    status: 415,
    when: "The Content-Type, charset or Content-Encoding is not supported, or the document is of a kind that is not read.",
  },
  ContentTypeMismatch: { status: 415, when: "The content is not what its Content-Type says." },
  UnsupportedDocument: { status: 415, when: "The image is too small to be read." },
  IdempotencyKeyReused: { status: 422, when: "The Idempotency-Key was used with another document." },
  InternalError: { status: 500, when: "Anything unforeseen; the sentence has the request ID to search the logs for." },
  JobNotStored: { status: 503, when: "The job could not be stored, and nothing of it was kept.", retryAfterSeconds: 1 },
} as const satisfies Readonly<Record<string, Problem>>;

export type ProblemCode = keyof typeof problems;

/** A refusal of a request. The message is for the client to read. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly code: ProblemCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ProblemCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.code = code;
    this.headers = headers;
  }
}

/** The refusal that an error of the layers below means to a client; none for an error that was not foreseen. */
export function refusalOf(error: unknown): HttpError | undefined {
  if (error instanceof HttpError) return error;
  if (error instanceof SubmissionError) return new HttpError(error.code, error.message);
  return error instanceof StageError && error.name in problems ? new HttpError(error.name as ProblemCode, error.message) : undefined;
}

/**
 * A refusal as an answer: the members of RFC 9457, its `code`, and the sentence as `error`, too.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export function problemAnswer({ code, message, headers }: HttpError) {
  const { status, retryAfterSeconds }: Problem = problems[code];
  return {
    statusCode: status,
    headers: {
      "content-type": "application/problem+json",
      ...(retryAfterSeconds !== undefined && { "retry-after": String(retryAfterSeconds) }),
      ...headers,
    },
    body: JSON.stringify({ error: message, code, type: "about:blank", title: STATUS_CODES[status], status, detail: message }),
  };
}
