import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { AwsError } from "../../local/aws.ts";
import type { DynamoEngine } from "../../local/dynamodb/dynamo-engine.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** DynamoDB's tables, their items as plain objects that nobody changes. */
export interface Tables {
  /** @throws {@link AwsError} as DynamoDB would answer it. */
  execute(operation: string, input: Fields): Promise<Fields>;
}

/** What a table is declared with. */
export interface TableKeys {
  readonly hashKey: string;
  readonly rangeKey?: string | undefined;
}

type Test = (item: Fields | undefined, expressions: Expressions) => boolean;

interface Expressions {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Fields;
}

/** The items of a table, by hash key and range key. */
class Table {
  readonly #keys: TableKeys;
  readonly #partitions = new Map<unknown, Map<unknown, Fields>>();

  constructor(keys: TableKeys) {
    this.#keys = keys;
  }

  get(key: Fields): Fields | undefined {
    return this.#partitions.get(key[this.#keys.hashKey])?.get(this.#rangeOf(key));
  }

  put(item: Fields): void {
    const hash = item[this.#keys.hashKey];
    const partition = this.#partitions.get(hash) ?? new Map<unknown, Fields>();
    this.#partitions.set(hash, partition.set(this.#rangeOf(item), item));
  }

  delete(key: Fields): void {
    const hash = key[this.#keys.hashKey];
    const partition = this.#partitions.get(hash);
    partition?.delete(this.#rangeOf(key));
    if (partition?.size === 0) this.#partitions.delete(hash);
  }

  get all(): Fields[] {
    return [...this.#partitions.values()].flatMap((partition) => [...partition.values()]);
  }

  /** One partition, in the order of its ranges. */
  partition(hash: unknown): Fields[] {
    const items = [...(this.#partitions.get(hash)?.values() ?? [])];
    return items.sort((a, b) => (String(this.#rangeOf(a)) < String(this.#rangeOf(b)) ? -1 : 1));
  }

  #rangeOf(item: Fields): unknown {
    return this.#keys.rangeKey === undefined ? "" : item[this.#keys.rangeKey];
  }
}

/**
 * Tables in memory for the expressions that the functions and the definition write, a hundred times as fast as those of the runtime. A test
 * holds whole histories against the runtime's.
 */
export class MemoryTables implements Tables {
  readonly #tables: ReadonlyMap<string, Table>;

  constructor(tables: ReadonlyMap<string, TableKeys>) {
    this.#tables = new Map(Array.from(tables, ([name, keys]) => [name, new Table(keys)]));
  }

  async execute(operation: string, input: Fields): Promise<Fields> {
    const run = this.#operations[operation];
    if (run === undefined) throw new Error(`The simulated tables have no ${operation}.`);
    return run(input);
  }

  readonly #operations: Readonly<Record<string, (input: Fields) => Fields>> = {
    GetItem: (input) => found(this.#table(input).get(input["Key"] as Fields)),
    PutItem: (input) => {
      const table = this.#table(input);
      const item = input["Item"] as Fields;
      check(table.get(item), input);
      table.put(item);
      return {};
    },
    DeleteItem: (input) => {
      const table = this.#table(input);
      const key = input["Key"] as Fields;
      check(table.get(key), input);
      table.delete(key);
      return {};
    },
    UpdateItem: (input) => {
      const table = this.#table(input);
      const key = input["Key"] as Fields;
      const before = table.get(key);
      check(before, input);
      const after = updated(before ?? key, input);
      table.put(after);
      return input["ReturnValues"] === "ALL_NEW" ? { Attributes: after } : {};
    },
    Query: (input) => this.#query(input),
    Scan: (input) => ({ Items: this.#table(input).all }),
    BatchGetItem: ({ RequestItems }) => {
      const [[TableName = "", { Keys }] = ["", { Keys: [] }]] = Object.entries(RequestItems as Record<string, { Keys: Fields[] }>);
      return { Responses: { [TableName]: Keys.flatMap((key) => this.#table({ TableName }).get(key) ?? []) } };
    },
    BatchWriteItem: ({ RequestItems }) => {
      const [[TableName = "", requests] = ["", []]] = Object.entries(
        RequestItems as Record<string, { PutRequest?: { Item: Fields }; DeleteRequest?: { Key: Fields } }[]>,
      );
      const table = this.#table({ TableName });
      for (const { PutRequest: put, DeleteRequest: deletion } of requests) {
        if (put !== undefined) table.put(put.Item);
        if (deletion !== undefined) table.delete(deletion.Key);
      }
      return {};
    },
  };

  /** A partition of a table; what is in an index is known only to {@link LaggingIndexes}. */
  #query(input: Fields): Fields {
    if (input["IndexName"] !== undefined) return { Items: [] };
    const [, placeholder = ""] = /^#\w+ = (:\w+)$/.exec(String(input["KeyConditionExpression"])) ?? [];
    const items = this.#table(input).partition((input["ExpressionAttributeValues"] as Fields)[placeholder]);
    if (input["ScanIndexForward"] === false) items.reverse();
    return { Items: items.slice(0, Number(input["Limit"] ?? items.length)) };
  }

  #table({ TableName }: Fields): Table {
    const table = this.#tables.get(String(TableName));
    if (table === undefined) throw new AwsError("ResourceNotFoundException", `There is no table ${TableName}.`);
    return table;
  }
}

const found = (Item: Fields | undefined): Fields => (Item === undefined ? {} : { Item });

/** @throws AwsError `ConditionalCheckFailedException` with the item, where it is asked for. */
function check(item: Fields | undefined, input: Fields): void {
  const condition = input["ConditionExpression"] as string | undefined;
  if (condition === undefined || compiledCondition(condition)(item, input)) return;
  const members = input["ReturnValuesOnConditionCheckFailure"] === "ALL_OLD" ? found(item) : {};
  throw new AwsError("ConditionalCheckFailedException", "The conditional request failed", 400, members);
}

const conditions = new Map<string, Test>();

/** Alternatives of clauses that all must hold: the only form that is written here. */
function compiledCondition(text: string): Test {
  const known = conditions.get(text);
  if (known !== undefined) return known;
  const alternatives = text.split(" OR ").map((alternative) => alternative.split(" AND ").map(compiledClause));
  const test: Test = (item, expressions) => alternatives.some((clauses) => clauses.every((clause) => clause(item, expressions)));
  conditions.set(text, test);
  return test;
}

function compiledClause(clause: string): Test {
  const [, absent, path = "", operator = "", operands = ""] =
    /^(attribute_not_exists\()?([#\w.]+)\)?(?: (=|<>|<=|<|>|IN) \(?([:\w, ]+)\)?)?$/.exec(clause) ?? [];
  const names = path.split(".");
  const placeholders = operands.split(", ");
  if (absent !== undefined) return (item, expressions) => valueAt(item, names, expressions) === undefined;
  const holds = comparisons[operator];
  if (holds === undefined) throw new Error(`The simulated tables do not know the condition ${clause}.`);
  return (item, expressions) => {
    const value = valueAt(item, names, expressions);
    return placeholders.some((placeholder) => {
      const given = expressions.ExpressionAttributeValues?.[placeholder];
      return typeof value === typeof given && holds(value as number, given as number);
    });
  };
}

const comparisons: Readonly<Record<string, (value: number, given: number) => boolean>> = {
  "=": (value, given) => value === given,
  IN: (value, given) => value === given,
  "<>": (value, given) => value !== given,
  "<": (value, given) => value < given,
  "<=": (value, given) => value <= given,
  ">": (value, given) => value > given,
};

function valueAt(item: Fields | undefined, path: readonly string[], { ExpressionAttributeNames: names }: Expressions): unknown {
  return path.reduce<unknown>((at, alias) => (at as Fields | undefined)?.[names?.[alias] ?? alias], item);
}

type Change = (item: Record<string, unknown>, expressions: Expressions) => void;
const updates = new Map<string, readonly Change[]>();

function updated(item: Fields, input: Fields): Fields {
  const text = String(input["UpdateExpression"]);
  const changes = updates.get(text) ?? compiledUpdate(text);
  updates.set(text, changes);
  const after = { ...item };
  for (const change of changes) change(after, input);
  return after;
}

function compiledUpdate(text: string): readonly Change[] {
  return text.split(/ (?=ADD |REMOVE )/).flatMap((clause) => {
    const [keyword = "", ...rest] = clause.split(" ");
    return rest
      .join(" ")
      .split(", ")
      .map((action) => compiledAction(keyword, action));
  });
}

function compiledAction(keyword: string, action: string): Change {
  const [path = "", placeholder = ""] = action.split(/ = | /);
  const [first = "", second] = path.split(".");
  return (item, { ExpressionAttributeNames: names, ExpressionAttributeValues: values }) => {
    const name = names?.[first] ?? first;
    const value = values?.[placeholder];
    if (keyword === "REMOVE") delete item[name];
    else if (keyword === "ADD") item[name] = Number(item[name] ?? 0) + Number(value);
    else if (second === undefined) item[name] = value;
    else item[name] = { ...memberOf(item, name), [names?.[second] ?? second]: value };
  };
}

/** @throws AwsError where there is nothing to put a member into. */
function memberOf(item: Fields, name: string): Fields {
  if (typeof item[name] === "object") return item[name] as Fields;
  throw new AwsError("ValidationException", "The document path provided in the update expression is invalid for update");
}

/** The tables of the runtime, in the same form. */
export const runtimeTables = (engine: DynamoEngine): Tables => ({
  execute: async (operation, input) => {
    try {
      return plain(await engine.execute(operation, wired(input)));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw new AwsError(error.name, error.message, error.status, plain(error.members));
    }
  },
});

const mapped = (object: unknown, map: (value: unknown) => unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries(object as Fields).map(([key, value]) => [key, map(value)]));

/** The members of a request that are items, or hold some. */
function wired(input: Fields): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(input).map(([key, value]) => {
      if (["Key", "Item", "ExpressionAttributeValues"].includes(key)) return [key, wiredItem(value)];
      if (key !== "RequestItems") return [key, value];
      const inBatch = (batch: unknown) =>
        Array.isArray(batch)
          ? batch.map((one) => mapped(one, wired as never))
          : { ...(batch as Fields), Keys: (batch as { Keys: unknown[] }).Keys.map(wiredItem) };
      return [key, mapped(value, inBatch)];
    }),
  );
}

/** An item in DynamoDB's JSON: bytes in base64. */
export function wiredItem(item: unknown): Record<string, unknown> {
  return mapped(marshall(item), (value) => {
    const { B: bytes } = value as { B?: Uint8Array };
    return bytes === undefined ? value : { B: Buffer.from(bytes).toString("base64") };
  });
}

/** The members of an answer that are items, or hold some. */
export function plain(output: Fields): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(output).map(([key, value]) => {
      if (["Item", "Attributes", "Key", "ExpressionAttributeValues"].includes(key)) return [key, plainItem(value)];
      if (key === "Items") return [key, (value as unknown[]).map(plainItem)];
      if (key === "Responses") return [key, mapped(value, (items) => (items as unknown[]).map(plainItem))];
      return [key, value];
    }),
  );
}

function plainItem(item: unknown): Fields {
  const bytes = mapped(item, (value) => {
    const { B: base64 } = value as { B?: string };
    return base64 === undefined ? value : { B: Buffer.from(base64, "base64") };
  });
  return unmarshall(bytes as never);
}
