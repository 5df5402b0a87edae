import { createHash } from "node:crypto";
import jsonata from "jsonata";

/** The functions that every expression of a state machine can call besides JSONata's own, by name without the `$`. */
export type QueryFunctions = Readonly<Record<string, (...values: never[]) => unknown>>;

const hashAlgorithms: ReadonlyMap<string, string> = new Map(
  ["MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"].map((name) => [name, name.replace("-", "")]),
);
/** The longest array that `$range` builds on AWS. */
const rangeLimit = 360_145;
const formatMillis = jsonata("$fromMillis($at, $picture, $zone)");

/**
 * The functions that Step Functions adds to JSONata, and those of JSONata's own that would ask the machine for time or chance.
 *
 * @param now milliseconds since 1970: time does not advance while an expression is evaluated.
 * @param random uniform in [0, 1), as `Math.random`.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html#jsonata-functions-provided-by-sfn
 */
export function queryFunctions(now: number, random: () => number): QueryFunctions {
  return {
    partition,
    range,
    hash,
    random: (seed?: unknown) => (seed === undefined ? random() : seededRandom(integer(seed, "$random"))),
    uuid: () => uuid(random),
    parse: (text?: unknown) => (text === undefined ? undefined : JSON.parse(string(text, "$parse"))),
    shuffle: (items?: unknown) => (items === undefined ? undefined : shuffled(array(items), random)),
    millis: () => now,
    now: (picture?: unknown, zone?: unknown) => formatMillis.evaluate(undefined, { at: now, picture, zone }),
  };
}

function partition(items?: unknown, size?: unknown): unknown[][] | undefined {
  if (items === undefined || size === undefined) return undefined;
  const list = array(items);
  const length = integer(size, "$partition");
  if (list.length === 0 || length <= 0) return undefined;
  return Array.from({ length: Math.ceil(list.length / length) }, (_, chunk) => list.slice(chunk * length, (chunk + 1) * length));
}

function range(first?: unknown, last?: unknown, step?: unknown): number[] | number | undefined {
  if (first === undefined || last === undefined || step === undefined) return undefined;
  const [start, end, stride] = [integer(first, "$range"), integer(last, "$range"), integer(step, "$range")];
  const count = Math.floor((end - start) / stride) + 1;
  if (stride === 0 || count < 1) return undefined;
  if (count > rangeLimit) throw new Error(`$range would build ${count} elements, and the limit is ${rangeLimit}`);
  return count === 1 ? start : Array.from({ length: count }, (_, index) => start + index * stride); // AWS returns a single element without an array
}

function hash(text?: unknown, algorithm?: unknown): string | undefined {
  if (text === undefined || algorithm === undefined) return undefined;
  const name = hashAlgorithms.get(string(algorithm, "$hash"));
  if (name === undefined) throw new Error(`$hash knows ${[...hashAlgorithms.keys()].join(", ")}, not ${algorithm}`);
  return createHash(name).update(string(text, "$hash")).digest("hex");
}

/** One draw of mulberry32: the same for the same seed, here and on every machine. */
function seededRandom(seed: number): number {
  const state = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

function uuid(random: () => number): string {
  const digits = Array.from({ length: 32 }, () => Math.floor(random() * 16));
  digits[12] = 4;
  digits[16] = 8 + Math.floor(random() * 4);
  const text = digits.map((digit) => digit.toString(16)).join("");
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join("-");
}

function shuffled(items: readonly unknown[], random: () => number): unknown[] {
  const keyed = items.map((item) => ({ item, key: random() }));
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}

const array = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

/** Rounded towards zero, as Step Functions rounds every integer argument. */
function integer(value: unknown, caller: string): number {
  if (typeof value !== "number") throw new Error(`${caller} takes a number, not ${JSON.stringify(value)}`);
  return Math.trunc(value) + 0; // -0 + 0 is 0
}

function string(value: unknown, caller: string): string {
  if (typeof value !== "string") throw new Error(`${caller} takes a string, not ${JSON.stringify(value)}`);
  return value;
}
