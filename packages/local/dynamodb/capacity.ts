import type { Item, TableDescription } from "./dynalite.ts";

/**
 * The size of an item as DynamoDB counts it, in bytes: names and strings as UTF-8.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemBytes(item: Item): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(item)) bytes += Buffer.byteLength(name) + valueBytes(value);
  return bytes;
}

/** Read units: one for each 4 KB begun of a consistent read, half of that for any other. */
export function readUnits(bytes: number, isConsistent: boolean): number {
  return Math.max(1, Math.ceil(bytes / 4096)) * (isConsistent ? 1 : 0.5);
}

/**
 * Write units of a change: one for each KiB begun of the item, before or after, whichever is larger; and the same of each index
 * that keeps an entry of it. An entry whose key changes is deleted and put.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.Writes
 */
export function writeUnits(before: Item | undefined, after: Item | undefined, table: TableDescription): number {
  const { GlobalSecondaryIndexes = [], LocalSecondaryIndexes = [] } = table;
  let units = unitsOf(before, after);
  for (const { KeySchema, Projection } of [...GlobalSecondaryIndexes, ...LocalSecondaryIndexes]) {
    const keys = namesIn(KeySchema);
    const kept = keptAttributes(Projection, [...keys, ...namesIn(table.KeySchema)]);
    units += entryUnits(entryOf(before, keys, kept), entryOf(after, keys, kept), keys);
  }
  return units;
}

function unitsOf(before: Item | undefined, after: Item | undefined): number {
  return Math.max(1, Math.ceil(Math.max(before ? itemBytes(before) : 0, after ? itemBytes(after) : 0) / 1024));
}

function entryUnits(before: Item | undefined, after: Item | undefined, keys: readonly string[]): number {
  const isSame = (names: readonly string[]) => names.every((name) => JSON.stringify(before?.[name]) === JSON.stringify(after?.[name]));
  if (before === undefined && after === undefined) return 0;
  if (before === undefined || after === undefined) return unitsOf(before, after);
  if (!isSame(keys)) return unitsOf(before, undefined) + unitsOf(undefined, after);
  return isSame(Object.keys({ ...before, ...after })) ? 0 : unitsOf(before, after);
}

/** The attributes of an item that an index keeps; nothing where the item lacks one of its keys. */
function entryOf(item: Item | undefined, keys: readonly string[], kept: readonly string[] | undefined): Item | undefined {
  if (item === undefined || keys.some((key) => item[key] === undefined)) return undefined;
  return kept === undefined ? item : Object.fromEntries(Object.entries(item).filter(([name]) => kept.includes(name)));
}

/** @returns nothing for all attributes. */
function keptAttributes(projection: unknown, keys: readonly string[]): readonly string[] | undefined {
  const { ProjectionType, NonKeyAttributes = [] } = projection as { ProjectionType: string; NonKeyAttributes?: string[] };
  return ProjectionType === "ALL" ? undefined : [...keys, ...NonKeyAttributes];
}

const namesIn = (schema: readonly unknown[]): string[] => schema.map((key) => (key as { readonly AttributeName: string }).AttributeName);

function valueBytes(attribute: Readonly<Record<string, unknown>>): number {
  const [type, value] = Object.entries(attribute)[0] ?? [];
  if (type === "M") return 3 + Object.keys(value as Item).length + itemBytes(value as Item);
  if (type === "L") return (value as Item[]).reduce((sum, element) => sum + 1 + valueBytes(element), 3);
  return (Array.isArray(value) ? value : [value]).reduce((sum: number, scalar) => sum + scalarBytes(String(type).charAt(0), scalar), 0);
}

function scalarBytes(type: string, value: unknown): number {
  if (typeof value !== "string") return 1;
  if (type === "S") return Buffer.byteLength(value);
  if (type === "B") return Buffer.byteLength(value, "base64");
  // About one byte for two significant digits, and one more.
  const digits = value.replace(/^-|\.|e.*$/gi, "").replace(/^0+|0+$/g, "").length;
  return Math.ceil(digits / 2) + (value.startsWith("-") ? 2 : 1);
}
