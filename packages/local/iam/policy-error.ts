/** A policy that IAM would refuse, or that the local evaluation would have to ignore a part of. */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
}
