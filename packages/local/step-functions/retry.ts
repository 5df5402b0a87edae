import { isUnknownReservedName, type StatesError, takes } from "./errors.ts";
import type { Fields } from "./fields.ts";
import type { Retrier } from "./state.ts";

const defaultIntervalSeconds = 1;
const defaultMaxAttempts = 3;
const defaultBackoffRate = 2;
const most = 99_999_999;

export function compileRetriers(fields: Fields): readonly Retrier[] {
  const items = fields.objects("Retry");
  return items.map((item, index) => {
    const retrier: Retrier = {
      errorEquals: errorEqualsOf(item, index === items.length - 1),
      intervalSeconds: item.integer("IntervalSeconds", { least: 1, most }) ?? defaultIntervalSeconds,
      maxAttempts: item.integer("MaxAttempts", { least: 0, most }) ?? defaultMaxAttempts,
      backoffRate: item.number("BackoffRate", { least: 1, most }) ?? defaultBackoffRate,
      maxDelaySeconds: item.integer("MaxDelaySeconds", { least: 1, most: 31_622_400 }) ?? Number.POSITIVE_INFINITY,
      jitterStrategy: jitterOf(item),
    };
    if (retrier.maxDelaySeconds <= retrier.intervalSeconds)
      item.refuse("has a 'MaxDelaySeconds' that is not greater than its 'IntervalSeconds'");
    item.take("Comment");
    item.end();
    return retrier;
  });
}

/** The error names of a retrier or a catcher. */
export function errorEqualsOf(item: Fields, isLast: boolean): readonly string[] {
  const names = item.list("ErrorEquals") ?? item.refuse("has no 'ErrorEquals'");
  if (names.length === 0) item.refuse("has an empty 'ErrorEquals'");
  return names.map((name) => {
    if (typeof name !== "string") return item.refuse("has an error name in 'ErrorEquals' that is not a string");
    if (isUnknownReservedName(name))
      return item.refuse(`names '${name}' in 'ErrorEquals', and Step Functions reserves names that begin with 'States.'`);
    if (name === "States.ALL" && (names.length > 1 || !isLast))
      return item.refuse("names 'States.ALL', which must stand alone and in the last place");
    return name;
  });
}

function jitterOf(item: Fields): Retrier["jitterStrategy"] {
  const strategy = item.text("JitterStrategy") ?? "NONE";
  return strategy === "FULL" || strategy === "NONE"
    ? strategy
    : item.refuse(`has the 'JitterStrategy' '${strategy}', which is neither FULL nor NONE`);
}

/** Counts the attempts of one stay in a state, each retrier by itself. */
export class RetryCounts {
  readonly #used = new Map<Retrier, number>();

  /** @returns how long to wait before the next attempt, in milliseconds, or `undefined` when there is none. */
  delayFor(error: StatesError, retriers: readonly Retrier[], random: () => number): number | undefined {
    const retrier = retriers.find(({ errorEquals }) => takes(errorEquals, error));
    if (retrier === undefined) return undefined;
    const used = this.#used.get(retrier) ?? 0;
    if (used >= retrier.maxAttempts) return undefined;
    this.#used.set(retrier, used + 1);
    const seconds = Math.min(retrier.intervalSeconds * retrier.backoffRate ** used, retrier.maxDelaySeconds);
    return seconds * 1000 * (retrier.jitterStrategy === "FULL" ? random() : 1);
  }
}
