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

/** The document is broken: truncated, or not what its first bytes say. */
export class DocumentUnreadableError extends StageError {
  override readonly name = "DocumentUnreadable";
  constructor() {
    super("The document could not be read; it may be damaged.");
  }
}

/** The document is within the limit of its bytes, but would grow past one of the other limits. */
export class DocumentTooLargeError extends StageError {
  override readonly name = "DocumentTooLarge";
  constructor(sentence = "The document is too large to be read.") {
    super(sentence);
  }
}

/** The document is whole, but of a kind that is not read. */
export class UnsupportedDocumentError extends StageError {
  override readonly name = "UnsupportedDocument";
  constructor(sentence = "The document is of a kind that cannot be read.") {
    super(sentence);
  }
}

/** The document can only be opened with a password. */
export class DocumentProtectedError extends StageError {
  override readonly name = "DocumentProtected";
  constructor() {
    super("The document is protected by a password; send it without one.");
  }
}

/** The document was read, and there is no text in it. */
export class NoTextFoundError extends StageError {
  override readonly name = "NoTextFound";
  constructor() {
    super("No text was found in the document.");
  }
}

/** What a log line may say of an error: its name. The message of a foreign one can quote a document. */
export const causeOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);
