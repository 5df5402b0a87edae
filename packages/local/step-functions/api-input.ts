import { AwsError } from "../aws.ts";

/** The members of a request, as the SDK sends them. */
export type Input = Readonly<Record<string, unknown>>;

/** The members that an operation takes, each with the longest text or the largest number. */
export type Members = Readonly<Record<string, number>>;

const required = ["stateMachineArn", "executionArn", "definition"];
/** Texts that may be empty; an empty input is refused as no JSON. */
const mayBeEmpty = ["input"];

/**
 * Checks a request against what Step Functions' model says of it.
 *
 * @throws AwsError `ValidationException` and `SerializationException`, also for a member that would do nothing here.
 */
export function checkInput(operation: string, input: Input, members: Members): void {
  const unknown = Object.keys(input).find((member) => input[member] != null && !Object.hasOwn(members, member));
  if (unknown !== undefined) throw validationError(`The local Step Functions does not simulate ${unknown} of ${operation}.`);
  for (const [member, most] of Object.entries(members)) {
    if (input[member] != null) checkMember(member, input[member], most);
    else if (required.includes(member)) throw missing(member);
  }
}

function checkMember(member: string, value: unknown, most: number): void {
  const type = member === "maxResults" ? "number" : "string";
  if (typeof value !== type) throw new AwsError("SerializationException", `${member} is not a ${type}.`);
  if (type === "number" && Number(value) > most)
    throw constraint(`Value '${value}' at '${member}'`, `have value less than or equal to ${most}`);
  if (type === "number") return;
  const text = String(value);
  if (member === "input") {
    if (Buffer.byteLength(text) > most)
      throw constraint("Value at 'input'", `have size less than or equal to ${most} bytes in UTF-8 encoding`);
  } else if (text.length > most) {
    throw constraint(`Value '${text}' at '${member}'`, `have length less than or equal to ${most}`);
  }
  if (text === "" && !mayBeEmpty.includes(member)) throw constraint(`Value '' at '${member}'`, "have length greater than or equal to 1");
}

/**
 * The type of the resource that an ARN of Step Functions names, such as `stateMachine` or `express`.
 *
 * @throws AwsError `ValidationException` where there is none, `InvalidArn` where it is none.
 */
export function resourceTypeOf(input: Input, member: "stateMachineArn" | "executionArn"): string {
  const arn = input[member];
  if (arn == null) throw missing(member);
  const [, type] = /^arn:[^:]*:states:[^:]*:[^:]*:([^:]+):.+$/.exec(String(arn)) ?? [];
  if (type === undefined) throw new AwsError("InvalidArn", `Invalid Arn: 'Invalid ARN prefix: ${arn}'`);
  return type;
}

function missing(member: string): AwsError {
  return constraint(`Value null at '${member}'`, "not be null");
}

function constraint(what: string, must: string): AwsError {
  return validationError(`1 validation error detected: ${what} failed to satisfy constraint: Member must ${must}`);
}

export function validationError(message: string): AwsError {
  return new AwsError("ValidationException", message);
}
