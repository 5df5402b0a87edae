import type { Input, Item } from "../../packages/local/dynamodb/dynalite.ts";
import type { DynamoEngine } from "../../packages/local/dynamodb/dynamo-engine.ts";
import { itemBytes, writeUnits } from "../../packages/local/dynamodb/item-size.ts";
import type { DeclaredResource } from "../../packages/local/program/resource-type.ts";

/** A call, by the logical name of its table, and what DynamoDB bills for it. */
export interface BilledCall {
  readonly table: string;
  readonly operation: string;
  readonly writeUnits: number;
  readonly readUnits: number;
}

interface Table {
  readonly name: string;
  readonly keys: readonly string[];
  /** The key attributes of each index. An entry of keys alone is well below 1 KB. */
  readonly indexes: readonly (readonly string[])[];
}

/** Tells of each call of the tables, once it is answered. While it works, no two writes of one item may be under way. */
export function meterTables(engine: DynamoEngine, resources: readonly DeclaredResource[], onCall: (call: BilledCall) => void): void {
  const tables = new Map(resources.filter(isTable).map((resource) => [resource.outputs["name"], declared(resource)]));
  const execute = engine.execute.bind(engine);
  const read = async (table: unknown, Key: Item) => (await execute("GetItem", { TableName: table, Key }))["Item"] as Item | undefined;
  // The engine tells of calls before they run; units take the items before and after.
  engine.execute = async (operation, input) => {
    const changes = changedItems(input, operation).map((change) => ({ ...change, table: known(tables, change.physical) }));
    const keys = changes.map(({ physical, item, table }) => [physical, keyOf(item, table)] as const);
    const before = await Promise.all(keys.map(([physical, key]) => read(physical, key)));
    const output = await execute(operation, input);
    const after = await Promise.all(keys.map(([physical, key]) => read(physical, key)));
    const units = changes.map(({ table }, at) => unitsOfChange(before[at], after[at], table.indexes));
    const { name } = changes[0]?.table ?? known(tables, String(input["TableName"]));
    onCall({ table: name, operation, writeUnits: sum(units), readUnits: changes.length > 0 ? 0 : readUnitsOf(input, output) });
    return output;
  };
}

/**
 * Write units of a change: of the item, before or after, and of each index: one for an entry that comes or goes, two for
 * one whose key changes.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.Writes
 */
export function unitsOfChange(before: Item | undefined, after: Item | undefined, indexes: readonly (readonly string[])[]): number {
  return writeUnits(before, after) + sum(indexes.map((keys) => entryChanges(entryOf(before, keys), entryOf(after, keys))));
}

/** Read units: one for each 4 KB begun of a consistent read, half of that for any other. */
export function readUnits(bytes: number, isConsistent: boolean): number {
  return Math.max(1, Math.ceil(bytes / 4096)) * (isConsistent ? 1 : 0.5);
}

function readUnitsOf({ ConsistentRead }: Input, { Item: item, Items: items = [] }: Input): number {
  const read = item === undefined ? (items as Item[]) : [item as Item];
  return readUnits(sum(read.map(itemBytes)), ConsistentRead === true);
}

function entryChanges(before: string | undefined, after: string | undefined): number {
  if (before === after) return 0;
  return before === undefined || after === undefined ? 1 : 2;
}

/** What an index keeps of an item; nothing where the item lacks one of its keys. */
function entryOf(item: Item | undefined, keys: readonly string[]): string | undefined {
  return keys.every((key) => item?.[key] !== undefined) ? JSON.stringify(keys.map((key) => item?.[key])) : undefined;
}

/** The items that a call changes, or at least their keys, each with the table's name. */
function changedItems({ TableName, Item: item, Key: key, RequestItems: batch }: Input, operation: string) {
  if (operation === "BatchWriteItem") {
    return Object.entries(batch as Record<string, { PutRequest?: { Item: Item }; DeleteRequest?: { Key: Item } }[]>).flatMap(
      ([physical, requests]) =>
        requests.map(({ PutRequest, DeleteRequest }) => ({ physical, item: PutRequest?.Item ?? DeleteRequest?.Key ?? {} })),
    );
  }
  const isChange = ["PutItem", "UpdateItem", "DeleteItem"].includes(operation);
  return isChange ? [{ physical: String(TableName), item: (item ?? key) as Item }] : [];
}

function keyOf(item: Item, { keys }: Table): Item {
  return Object.fromEntries(Object.entries(item).filter(([name]) => keys.includes(name)));
}

const isTable = ({ type }: DeclaredResource): boolean => type === "aws:dynamodb/table:Table";

interface DeclaredIndex {
  readonly name: string;
  readonly hashKey: string;
  readonly rangeKey?: string;
  readonly projectionType: string;
}

function declared({ name, inputs }: DeclaredResource): Table {
  const keysIn = ({ hashKey, rangeKey }: { readonly hashKey?: unknown; readonly rangeKey?: unknown }) =>
    [hashKey, rangeKey].filter((key): key is string => typeof key === "string");
  const indexes = (inputs["globalSecondaryIndexes"] ?? []) as DeclaredIndex[];
  const other = indexes.find(({ projectionType }) => projectionType !== "KEYS_ONLY");
  if (other !== undefined) throw new Error(`The index ${other.name} holds more than keys; what its writes cost is not known here.`);
  return { name, keys: keysIn(inputs), indexes: indexes.map((index) => [...keysIn(index), ...keysIn(inputs)]) };
}

function known(tables: ReadonlyMap<unknown, Table>, physical: string): Table {
  const table = tables.get(physical);
  if (table === undefined) throw new Error(`There is no table ${physical}.`);
  return table;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
