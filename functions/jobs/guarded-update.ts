import type { UpdateCommandInput } from "@aws-sdk/lib-dynamodb";

/** One condition on an attribute (a path, dotted) that must hold for a write to be made. */
export type Condition =
  | readonly [path: string, operator: "=" | "<>" | ">" | "<=" | "<", value: unknown]
  | readonly [path: string, operator: "in", values: readonly unknown[]]
  | readonly [path: string, operator: "absent"];

/** A write that is made only where all its conditions hold. */
export interface GuardedUpdate {
  readonly conditions: readonly Condition[];
  readonly set: Readonly<Record<string, unknown>>;
  readonly add?: Readonly<Record<string, number>>;
  readonly remove?: readonly string[];
}

type Guard = Required<Pick<UpdateCommandInput, "ConditionExpression" | "ExpressionAttributeNames" | "ExpressionAttributeValues">>;

/** Names and values of an expression. Every name is aliased: `status`, `text`, `result` and more are reserved words. */
class Aliases {
  readonly names: Record<string, string> = {};
  readonly values: Record<string, unknown> = {};

  name(path: string): string {
    const parts = path.split(".");
    for (const part of parts) this.names[`#${part}`] = part;
    return parts.map((part) => `#${part}`).join(".");
  }

  value(given: unknown): string {
    const placeholder = `:v${Object.keys(this.values).length}`;
    this.values[placeholder] = given;
    return placeholder;
  }
}

/** Writes out alternatives: all conditions of one must hold. */
export function toGuard(alternatives: readonly (readonly Condition[])[], aliases = new Aliases()): Guard {
  const ConditionExpression = alternatives.map((conditions) => conditions.map((one) => clauseOf(one, aliases)).join(" AND ")).join(" OR ");
  const { names: ExpressionAttributeNames, values: ExpressionAttributeValues } = aliases;
  return { ConditionExpression, ExpressionAttributeNames, ExpressionAttributeValues };
}

function clauseOf(condition: Condition, aliases: Aliases): string {
  const name = aliases.name(condition[0]);
  if (condition[1] === "absent") return `attribute_not_exists(${name})`;
  if (condition[1] === "in") return `${name} IN (${condition[2].map((one) => aliases.value(one)).join(", ")})`;
  return `${name} ${condition[1]} ${aliases.value(condition[2])}`;
}

/** Writes out a guarded update. */
export function toExpressions({ conditions, set, add = {}, remove = [] }: GuardedUpdate): Guard & { UpdateExpression: string } {
  const aliases = new Aliases();
  const clauses = {
    SET: Object.entries(set).map(([path, to]) => `${aliases.name(path)} = ${aliases.value(to)}`),
    ADD: Object.entries(add).map(([path, by]) => `${aliases.name(path)} ${aliases.value(by)}`),
    REMOVE: remove.map((path) => aliases.name(path)),
  };
  const written = Object.entries(clauses).filter(([, parts]) => parts.length > 0);
  const UpdateExpression = written.map(([keyword, parts]) => `${keyword} ${parts.join(", ")}`).join(" ");
  return { UpdateExpression, ...toGuard([conditions], aliases) };
}
