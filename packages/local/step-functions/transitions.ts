import { isUnknownReservedName, type StatesError, takes } from "./errors.ts";
import type { Fields } from "./fields.ts";
import { maxInteger } from "./number-field.ts";
import type { Site } from "./query.ts";
import type { Catcher, Exit, Retrier } from "./state.ts";

/** Letters of any script: docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html. */
const variableName = /^[\p{ID_Start}_]\p{ID_Continue}{0,79}$/u;

/** Reads `Output` and `Assign` of a state, a choice rule or a catcher. */
export function compileExit(fields: Fields, next: string | undefined, members: Site["members"] = []): Exit {
  const output = fields.template("Output", members);
  const assigned = fields.object("Assign") ?? {};
  const assigns = Object.keys(assigned);
  const wrong = assigns.find((name) => name === "states" || !variableName.test(name));
  if (wrong !== undefined) fields.refuse(`assigns '${wrong}', which cannot be the name of a variable`);
  return { next, output, assigns, assign: assigns.length > 0 ? fields.compile("Assign", assigned, members) : undefined };
}

/** `Next`, or `undefined` for `End: true`: one of the two. */
export function compileNext(fields: Fields): string | undefined {
  const [next, end] = [fields.text("Next"), fields.take("End")];
  if (end !== undefined && end !== true) fields.refuse("has an 'End' that is not true");
  if ((next === undefined) === (end === undefined)) fields.refuse("needs either 'Next' or 'End'");
  return next;
}

export function compileCatchers(fields: Fields): readonly Catcher[] {
  const items = fields.objects("Catch");
  return items.map((item, index) => {
    const errorEquals = errorEqualsOf(item, index === items.length - 1);
    const exit = compileExit(item, item.requiredText("Next"), ["errorOutput"]);
    item.take("Comment");
    item.end();
    return { errorEquals, exit };
  });
}

export function compileRetriers(fields: Fields): readonly Retrier[] {
  const items = fields.objects("Retry");
  return items.map((item, index) => {
    const retrier: Retrier = {
      errorEquals: errorEqualsOf(item, index === items.length - 1),
      intervalSeconds: item.integer("IntervalSeconds", { min: 1, max: maxInteger }) ?? 1,
      maxAttempts: item.integer("MaxAttempts", { min: 0, max: maxInteger }) ?? 3,
      backoffRate: item.number("BackoffRate", { min: 1, max: maxInteger }) ?? 2,
      maxDelaySeconds: item.integer("MaxDelaySeconds", { min: 1, max: 31_622_400 }) ?? Number.POSITIVE_INFINITY,
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
function errorEqualsOf(item: Fields, isLast: boolean): readonly string[] {
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

/**
 * Counts the attempts of one stay in a state, each retrier by itself.
 *
 * @returns a function that says how long to wait before the next attempt, in milliseconds, or `undefined` when there is none.
 */
export function retryDelays(retriers: readonly Retrier[], random: () => number): (error: StatesError) => number | undefined {
  const attempts = new Map<Retrier, number>();
  return (error) => {
    const retrier = retriers.find(({ errorEquals }) => takes(errorEquals, error));
    if (retrier === undefined) return undefined;
    const used = attempts.get(retrier) ?? 0;
    if (used >= retrier.maxAttempts) return undefined;
    attempts.set(retrier, used + 1);
    const seconds = Math.min(retrier.intervalSeconds * retrier.backoffRate ** used, retrier.maxDelaySeconds);
    return seconds * 1000 * (retrier.jitterStrategy === "FULL" ? random() : 1);
  };
}
