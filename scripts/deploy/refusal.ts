/** Why the program goes no further: one sentence that says what to do. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}
