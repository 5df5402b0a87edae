import type { Item } from "./dynalite.ts";

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

/** Write units of a change: one for each KiB begun, of the item before or after, whichever is larger. */
export function writeUnits(before: Item | undefined, after: Item | undefined): number {
  const bytes = Math.max(before ? itemBytes(before) : 0, after ? itemBytes(after) : 0);
  return Math.max(1, Math.ceil(bytes / 1024));
}

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
