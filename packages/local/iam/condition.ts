import type { AccessRequest } from "../service.ts";
import { PolicyError, recordOf, stringsOf } from "./document.ts";
import { matcherOfArn, matcherOfGlob } from "./pattern.ts";

type RequestContext = NonNullable<AccessRequest["context"]>;

export type Condition = (context: RequestContext) => boolean;

type Comparison = (value: string) => boolean;

/** The condition keys that the local endpoint fills in. */
export const conditionKeys = [
  "aws:PrincipalAccount",
  "aws:PrincipalArn",
  "aws:RequestedRegion",
  "aws:SecureTransport",
  "s3:max-keys",
  "s3:prefix",
];

const comparisons: Readonly<Record<string, (wanted: string) => Comparison>> = {
  StringEquals: (wanted) => (value) => value === wanted,
  StringEqualsIgnoreCase: (wanted) => (value) => value.toLowerCase() === wanted.toLowerCase(),
  StringLike: (wanted) => matcherOfGlob(wanted),
  ArnEquals: matcherOfArn,
  ArnLike: matcherOfArn,
  Bool: (wanted) => (value) => value.toLowerCase() === wanted.toLowerCase(),
  NumericEquals: numeric((value, wanted) => value === wanted),
  NumericLessThan: numeric((value, wanted) => value < wanted),
  NumericLessThanEquals: numeric((value, wanted) => value <= wanted),
  NumericGreaterThan: numeric((value, wanted) => value > wanted),
  NumericGreaterThanEquals: numeric((value, wanted) => value >= wanted),
};

const negations: Readonly<Record<string, string>> = {
  StringNotEquals: "StringEquals",
  StringNotEqualsIgnoreCase: "StringEqualsIgnoreCase",
  StringNotLike: "StringLike",
  ArnNotEquals: "ArnEquals",
  ArnNotLike: "ArnLike",
  NumericNotEquals: "NumericEquals",
};

/**
 * A statement's `Condition`: all of it must hold.
 *
 * @param knownKeys the keys that requests bring.
 * @throws {@link PolicyError} for an operator that is not evaluated here and a key that nothing here fills in.
 */
export function compileConditions(conditions: unknown, knownKeys: readonly string[]): Condition[] {
  return Object.entries(recordOf(conditions, "A Condition")).flatMap(([operator, keys]) =>
    Object.entries(recordOf(keys, operator)).map(([key, values]) => {
      if (!knownKeys.some((known) => known.toLowerCase() === key.toLowerCase()))
        throw new PolicyError(`The condition key ${key} is not evaluated here`);
      return compileCondition(operator, key.toLowerCase(), stringsOf(values, `${operator} ${key}`));
    }),
  );
}

/**
 * One operator on one key. Where a request lacks the key, a negated operator holds, and any other does not.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
function compileCondition(operator: string, name: string, wanted: readonly string[]): Condition {
  const [, set, base = "", ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(.*?)(IfExists)?$/.exec(operator) ?? [];
  if (base === "Null" && set === undefined && ifExists === undefined) {
    const absent = wanted.map((value) => value.toLowerCase() === "true");
    return (context) => absent.includes(valuesOf(context, name) === undefined);
  }
  const compare = comparisons[negations[base] ?? base];
  if (compare === undefined || !Object.hasOwn(comparisons, negations[base] ?? base)) {
    throw new PolicyError(`The condition operator ${operator} is not evaluated here`);
  }
  const negated = Object.hasOwn(negations, base);
  const matches = wanted.map(compare);
  const holds = (value: string) => matches.some((matchesOne) => matchesOne(value)) !== negated;
  return (context) => {
    const values = valuesOf(context, name);
    if (values === undefined) return ifExists !== undefined || set === "ForAllValues" || (negated && set === undefined);
    return set === "ForAnyValue" ? values.some(holds) : values.every(holds);
  };
}

function valuesOf(context: RequestContext, name: string): readonly string[] | undefined {
  for (const [key, values] of Object.entries(context)) if (key.toLowerCase() === name) return [values].flat();
  return undefined;
}

function numeric(compare: (value: number, wanted: number) => boolean): (wanted: string) => Comparison {
  return (wanted) => {
    const number = Number(wanted);
    if (wanted.trim() === "" || Number.isNaN(number)) throw new PolicyError(`${wanted} is not a number`);
    return (value) => compare(Number(value), number);
  };
}
