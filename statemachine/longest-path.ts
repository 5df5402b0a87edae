import { interruptions } from "../functions/stages/errors.ts";

/** The part of the Amazon States Language that decides how long an execution can take. */
export interface TimedDefinition {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, TimedState>>;
}

export interface TimedState {
  readonly Type: string;
  readonly Next?: string;
  /** Of a Choice. */
  readonly Choices?: readonly { readonly Next: string }[];
  readonly Default?: string;
  /** Of a Map: an expression that takes so many items at most, as `[[0..7]]`. */
  readonly Items?: string;
  readonly MaxConcurrency?: number;
  readonly ItemProcessor?: TimedDefinition;
  readonly TimeoutSeconds?: number;
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[]; readonly Next: string }[];
}

export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly MaxAttempts?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: string;
}

/** Errors that answer at once: an attempt that ends so has taken no time of its own. */
const throttles: readonly string[] = interruptions.throttles.names;

/**
 * Seconds that the longest path through a definition can take: every attempt up to its timeout, every wait in full (jitter only
 * shortens them), and on by whichever of Next, Catch and the ways out of a Choice takes longest. A Map takes the longest path of an
 * item for each round of `MaxConcurrency` items.
 *
 * Each retrier counts by itself, so a state may use up all of them. Defaults: 1 s, 3 attempts, rate 2, no maximum delay, and
 * no timeout (docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html).
 *
 * @throws Error that names a state of another type, or on a circle.
 */
export function longestPathSeconds({ StartAt, States }: TimedDefinition): number {
  const from = (name: string, passed: readonly string[]): number => {
    const state = States[name];
    if (state === undefined || passed.includes(name)) throw new Error(`The path through ${[...passed, name].join(", ")} does not end.`);
    const { Next: next, Default: byDefault, Choices = [], Catch = [] } = state;
    const onward = [next, byDefault, ...[...Choices, ...Catch].map(({ Next }) => Next)].filter((name) => name !== undefined);
    return secondsIn(name, state) + Math.max(0, ...onward.map((next) => from(next, [...passed, name])));
  };
  return from(StartAt, []);
}

function secondsIn(name: string, state: TimedState): number {
  const { Type, TimeoutSeconds = Number.POSITIVE_INFINITY, Retry = [] } = state;
  if (["Pass", "Succeed", "Fail", "Choice"].includes(Type)) return 0;
  if (Type === "Map" && Retry.length === 0) return roundsOf(state) * longestPathSeconds(state.ItemProcessor ?? nothing);
  if (Type !== "Task") throw new Error(`The duration of the ${Type} state ${name} is not known.`);
  const attempts = Retry.filter(({ ErrorEquals }) => !ErrorEquals.every((error) => throttles.includes(error))).map(
    ({ MaxAttempts = 3 }) => MaxAttempts,
  );
  return sum([1, ...attempts]) * TimeoutSeconds + sum(Retry.map(backOffSeconds));
}

const nothing: TimedDefinition = { StartAt: "Nothing", States: { Nothing: { Type: "Succeed" } } };

function roundsOf({ Items = "", MaxConcurrency = maxInlineConcurrency }: TimedState): number {
  const [, last = Number.POSITIVE_INFINITY] = /\[\[0\.\.(\d+)\]\]/.exec(Items) ?? [];
  return Math.ceil((Number(last) + 1) / Math.min(MaxConcurrency || maxInlineConcurrency, maxInlineConcurrency));
}

/** Of an inline Map (docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html). */
const maxInlineConcurrency = 40;

/** Seconds that a retrier waits in all. */
export function backOffSeconds({
  IntervalSeconds = 1,
  MaxAttempts = 3,
  BackoffRate = 2,
  MaxDelaySeconds = Number.POSITIVE_INFINITY,
}: Retrier): number {
  return sum(Array.from({ length: MaxAttempts }, (_, attempt) => Math.min(IntervalSeconds * BackoffRate ** attempt, MaxDelaySeconds)));
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
