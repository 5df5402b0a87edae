import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import type { Job } from "../../functions/jobs/job.ts";

type Item = Record<string, unknown>;
interface Expressions {
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
  readonly ExpressionAttributeValues?: Record<string, unknown> | undefined;
}

/**
 * A jobs table for thousands of jobs, a hundred times as fast as dynalite: a client that evaluates the very expressions that
 * the repository writes, conditions first. A property in its test holds it against dynalite.
 */
export function memoryJobs(): { client: DynamoDBDocumentClient; items: ReadonlyMap<string, Job> } {
  const items = new Map<string, Item>();
  const client: DynamoDBDocumentClient = Object.create(DynamoDBDocumentClient.prototype);
  client.send = (async (command: unknown) => answer(items, command)) as typeof client.send;
  return { client, items: items as unknown as ReadonlyMap<string, Job> };
}

function answer(items: Map<string, Item>, command: unknown): object {
  if (command instanceof GetCommand) return { Item: items.get(command.input.Key?.["jobId"]) };
  if (command instanceof QueryCommand) return { Items: dueIn(items, command.input) };
  if (command instanceof PutCommand) return put(items, command.input);
  if (command instanceof UpdateCommand) return update(items, command.input);
  throw new Error("The jobs in memory have no such command.");
}

function dueIn(items: Map<string, Item>, { ExpressionAttributeValues: values = {} }: Expressions): Item[] {
  const due = [...items.values()].filter(
    ({ openShard, dueAt }) => openShard === values[":shard"] && typeof dueAt === "number" && dueAt <= Number(values[":now"]),
  );
  return due.sort((a, b) => (a["dueAt"] as number) - (b["dueAt"] as number)).map(({ jobId }) => ({ jobId }));
}

function put(items: Map<string, Item>, input: PutCommand["input"]): object {
  const item = input.Item ?? {};
  check(items.get(item["jobId"]), input.ConditionExpression, input);
  items.set(item["jobId"], structuredClone(item));
  return {};
}

function update(items: Map<string, Item>, input: UpdateCommand["input"]): object {
  const jobId = input.Key?.["jobId"];
  check(items.get(jobId), input.ConditionExpression, input);
  const item: Item = structuredClone(items.get(jobId) ?? { jobId });
  const name = (alias: string) => input.ExpressionAttributeNames?.[alias] ?? alias;
  const value = (placeholder: string) => input.ExpressionAttributeValues?.[placeholder];
  for (const clause of (input.UpdateExpression ?? "").split(/ (?=ADD |REMOVE )/)) {
    const [keyword, ...parts] = clause.split(/,? /);
    if (keyword === "SET")
      for (let at = 0; at < parts.length; at += 3) set(item, (parts[at] ?? "").split(".").map(name), value(parts[at + 2] ?? ""));
    if (keyword === "ADD")
      for (let at = 0; at < parts.length; at += 2)
        item[name(parts[at] ?? "")] = sum(item[name(parts[at] ?? "")], value(parts[at + 1] ?? ""));
    if (keyword === "REMOVE") for (const part of parts) delete item[name(part)];
  }
  items.set(jobId, item);
  return { Attributes: structuredClone(item) };
}

const sum = (a: unknown, b: unknown): number => Number(a ?? 0) + Number(b);

function set(item: Item, [first = "", second]: string[], value: unknown): void {
  if (second === undefined) item[first] = value;
  else item[first] = { ...(item[first] as Item), [second]: value };
}

/** @throws ConditionalCheckFailedException with the item, where no alternative of the condition holds. */
function check(item: Item | undefined, condition: string | undefined, expressions: Expressions): void {
  if ((condition ?? "").split(" OR ").some((alternative) => alternative.split(" AND ").every((clause) => holds(clause, item, expressions))))
    return;
  const lostTo = item && { Item: marshall(item, { removeUndefinedValues: true }) };
  throw new ConditionalCheckFailedException({ message: "The conditional request failed", $metadata: {}, ...lostTo });
}

function holds(
  clause: string,
  item: Item | undefined,
  { ExpressionAttributeNames: names, ExpressionAttributeValues: values }: Expressions,
): boolean {
  const path = /#[\w.#]+/.exec(clause)?.[0] ?? "";
  const found = path.split(".").reduce<unknown>((at, alias) => (at as Item | undefined)?.[names?.[alias] ?? alias], item);
  if (clause.startsWith("attribute_not_exists")) return found === undefined;
  const given = [...clause.matchAll(/:\w+/g)].map(([placeholder]) => values?.[placeholder]);
  const operator = / (=|<=|<|>|IN) /.exec(clause)?.[1];
  if (operator === "IN" || operator === "=") return given.includes(found);
  if (typeof found !== "number") return false;
  const [bound] = given as number[];
  return { "<": found < Number(bound), "<=": found <= Number(bound), ">": found > Number(bound) }[operator ?? ""] ?? false;
}
