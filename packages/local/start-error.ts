/** A failure of the start that a person can fix: one sentence, no stack trace. */
export class StartError extends Error {
  override readonly name = "StartError";
}
