import type { UpdateCommandInput } from "@aws-sdk/lib-dynamodb";

/** One condition on an attribute (a path, dotted) that must hold for a write to be made. */
export type Condition =
  | readonly [path: string, operator: "=" | ">" | "<=" | "<", value: unknown]
  | readonly [path: string, operator: "in", values: readonly unknown[]]
  | readonly [path: string, operator: "absent"];

/** A write that is made only where all its conditions hold. */
export interface GuardedUpdate {
  readonly conditions: readonly Condition[];
  readonly set: Readonly<Record<string, unknown>>;
  readonly add?: Readonly<Record<string, number>>;
  readonly remove?: readonly string[];
}

type Expressions = Pick<
  UpdateCommandInput,
  "UpdateExpression" | "ConditionExpression" | "ExpressionAttributeNames" | "ExpressionAttributeValues"
>;

/** Writes out a guarded update. Every name is aliased: `status`, `text`, `result` and more are reserved words. */
export function toExpressions({ conditions, set, add = {}, remove = [] }: GuardedUpdate): Expressions {
  const names: Record<string, string> = {};
  const values: Record<string, unknown> = {};
  const alias = (path: string) =>
    path
      .split(".")
      .map((part) => aliasOf(names, part))
      .join(".");
  const value = (given: unknown) => placeholderOf(values, given);
  const clauses = [
    clause(
      "SET",
      Object.entries(set).map(([path, to]) => `${alias(path)} = ${value(to)}`),
    ),
    clause(
      "ADD",
      Object.entries(add).map(([path, by]) => `${alias(path)} ${value(by)}`),
    ),
    clause("REMOVE", remove.map(alias)),
  ];
  return {
    UpdateExpression: clauses.filter(Boolean).join(" "),
    ConditionExpression: conditions.map((condition) => conditionText(condition, alias, value)).join(" AND "),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  };
}

function conditionText(condition: Condition, alias: (path: string) => string, value: (given: unknown) => string): string {
  const name = alias(condition[0]);
  if (condition[1] === "absent") return `attribute_not_exists(${name})`;
  if (condition[1] === "in") return `${name} IN (${condition[2].map(value).join(", ")})`;
  return `${name} ${condition[1]} ${value(condition[2])}`;
}

function clause(keyword: string, parts: readonly string[]): string {
  return parts.length === 0 ? "" : `${keyword} ${parts.join(", ")}`;
}

function aliasOf(names: Record<string, string>, name: string): string {
  names[`#${name}`] = name;
  return `#${name}`;
}

function placeholderOf(values: Record<string, unknown>, given: unknown): string {
  const placeholder = `:v${Object.keys(values).length}`;
  values[placeholder] = given;
  return placeholder;
}
