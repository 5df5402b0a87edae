/** A fault of the start that a person can mend: one sentence, no stack trace. */
export class StartError extends Error {
  override readonly name = "StartError";
}
