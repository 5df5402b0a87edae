/** A policy that IAM would refuse, or that the local evaluation would have to ignore a part of. */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
}

/** The statements of a policy document, as JSON or parsed, each with the members that it may have. */
export function statementsOf(document: unknown, kind: string, members: readonly string[]): Record<string, unknown>[] {
  const policy = recordOf(typeof document === "string" ? parse(document) : document, "A policy");
  refuseUnknown(policy, ["Version", "Id", "Statement"], `${kind}'s policy`);
  const version = policy["Version"] ?? "2012-10-17";
  if (version !== "2012-10-17" && version !== "2008-10-17") throw new PolicyError(`Unknown policy version ${version}`);
  return [policy["Statement"]].flat().map((given) => {
    const statement = recordOf(given, "A statement");
    refuseUnknown(statement, members, `${kind}'s statement`);
    return statement;
  });
}

/** A member that holds one value or a list of them. */
export function stringsOf(values: unknown, where: string): string[] {
  const list = [values].flat();
  if (list.length === 0) throw new PolicyError(`${where} is empty`);
  return list.map((value) => {
    if (!["string", "boolean", "number"].includes(typeof value)) throw new PolicyError(`${where} holds ${JSON.stringify(value)}`);
    if (String(value).includes("${")) throw new PolicyError(`${where} holds a policy variable, which is not evaluated here: ${value}`);
    return String(value);
  });
}

export function recordOf(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new PolicyError(`${where} must be an object`);
  return value as Record<string, unknown>;
}

export function refuseUnknown(record: Record<string, unknown>, known: readonly string[], where: string): void {
  for (const member of Object.keys(record)) if (!known.includes(member)) throw new PolicyError(`${member} is not a member of ${where}`);
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new PolicyError(`A policy is not JSON: ${(error as Error).message}`);
  }
}
