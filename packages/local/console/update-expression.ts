import { unmarshall } from "@aws-sdk/util-dynamodb";

/** The members of an item, by name or, of a member within another, by path, such as `result.ocr`; undefined for one that is removed. */
export type Members = Readonly<Record<string, unknown>>;

type Marshalled = Parameters<typeof unmarshall>[0];

interface UpdateInput {
  readonly UpdateExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Marshalled;
}

/** An item in DynamoDB's JSON as plain values. */
export const plainItem = (item: Marshalled | undefined): Members => unmarshall(item ?? {});

/**
 * The members of an item after an update, as far as its expression tells them without the item: an operand that is no plain value
 * is given as its text.
 */
export function updatedMembers(input: UpdateInput, before: Members): Members {
  const names = input.ExpressionAttributeNames ?? {};
  const values = plainItem(input.ExpressionAttributeValues);
  const nameOf = (path: string): string => path.trim().replace(/#[\w]+/g, (name) => names[name] ?? name);
  const operandOf = (operand: string): unknown => (operand in values ? values[operand] : nameOf(operand));
  const members: Record<string, unknown> = {};
  for (const [, clause = "", body = ""] of (input.UpdateExpression ?? "").matchAll(
    /\b(SET|REMOVE|ADD|DELETE)\s+(.*?)(?=\s+(?:SET|REMOVE|ADD|DELETE)\s|$)/gs,
  )) {
    for (const action of body.split(/,(?![^(]*\))/)) {
      const [path = "", operand = ""] = clause === "SET" ? action.split(/=(.*)/s) : action.trim().split(/\s+/);
      const name = nameOf(path);
      const value = operandOf(operand.trim());
      const current = name in members ? members[name] : memberAt(before, name);
      if (clause === "SET") members[name] = value;
      else if (clause === "REMOVE") members[name] = undefined;
      else members[name] = typeof value === "number" ? Number(current ?? 0) + value : `${clause} ${JSON.stringify(value)}`;
    }
  }
  return members;
}

/** The member of an item at a path. */
export const memberAt = (item: Members, path: string): unknown =>
  path.split(".").reduce<unknown>((value, name) => (value === undefined || value === null ? undefined : Object(value)[name]), item);

/** An item after members of it have changed. */
export function withMembers(item: Members, changed: Members): Members {
  return Object.entries(changed).reduce<Members>((whole, [path, value]) => withMember(whole, path.split("."), value), item);
}

function withMember(item: Members, [name = "", ...rest]: readonly string[], value: unknown): Members {
  const { [name]: before, ...others } = item;
  if (rest.length > 0) return { ...item, [name]: withMember(Object(before), rest, value) };
  return value === undefined ? others : { ...item, [name]: value };
}
