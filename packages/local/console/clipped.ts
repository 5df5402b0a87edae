/** Of a text or list within a record: the list of jobs and the changes of writes show no more of it. */
const maxCharacters = 1_000;
const maxItems = 50;

/** A value without what is long in it. */
export function clipped<T>(value: T): T {
  return clip(value) as T;
}

function clip(value: unknown): unknown {
  if (typeof value === "string" && value.length > maxCharacters)
    return `${value.slice(0, maxCharacters)}… (${value.length.toLocaleString("en-US")} characters)`;
  if (value instanceof Set) return clip([...value]);
  if (Array.isArray(value)) return value.slice(0, maxItems).map(clip);
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, clip(member)]));
}
