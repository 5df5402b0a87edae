/**
 * An error whose name and sentence may be shown: the definition's `ErrorEquals` and the job record know the name.
 * The sentence is ours and never quotes a document or another system.
 */
export abstract class StageError extends Error {
  abstract override readonly name: string;
}

/** What every unknown error becomes, so that no foreign text travels. The state machine retries it. */
export class StageFailedError extends StageError {
  override readonly name = "StageFailed";
  constructor() {
    super("The stage failed.");
  }
}

/** A stage's result is not of the shape that its schema has. */
export class StageOutputInvalidError extends StageError {
  override readonly name = "StageOutputInvalid";
  constructor() {
    super("The stage returned a result of the wrong shape.");
  }
}

/** What a log line may say of an error: its name. The message of a foreign one can quote a document. */
export const causeOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);

/** A refusal that a client gets to read. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(statusCode: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.statusCode = statusCode;
    this.headers = headers;
  }
}
