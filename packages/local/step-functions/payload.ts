export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** A JSON value with its text, which events carry and limits measure. */
export interface Payload {
  readonly value: Json;
  readonly text: string;
}

/** The limit of the input, output, arguments and result of a state, in bytes of UTF-8. */
const payloadLimitBytes = 262_144;

export function payloadOf(value: Json): Payload {
  return { value, text: JSON.stringify(value) };
}

/** The payload of a value from outside: a private copy, plain JSON only; `undefined` becomes `null`. */
export function copiedPayload(value: unknown): Payload {
  const text = JSON.stringify(value) ?? "null";
  return { value: JSON.parse(text), text };
}

export function isTooLarge({ text }: Payload): boolean {
  return text.length > payloadLimitBytes || (text.length * 3 > payloadLimitBytes && Buffer.byteLength(text) > payloadLimitBytes);
}

export const isJsonObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
