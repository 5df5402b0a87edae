import jsonata from "jsonata";
import { DefinitionError } from "./errors.ts";
import { checkReferences, type StatesMember, type SyntaxNode } from "./expression-check.ts";
import { isJsonObject, type Json } from "./payload.ts";
import type { QueryFunctions } from "./query-functions.ts";

/** The position of a template: for refusals, for the Cause of a failed evaluation, and for what it may read. */
export interface Site {
  /** `State 'X'`. */
  readonly where: string;
  /** Path of the field in its state: `Output/a/b[0]`. */
  readonly field: string;
  /** Members of `$states` there, besides `input` and `context`. */
  readonly members?: readonly StatesMember[];
}

/** The values that the expressions of one evaluation see. */
export interface QueryScope {
  readonly states: { readonly input: Json; readonly context: unknown; readonly result?: Json; readonly errorOutput?: Json };
  readonly variables: Variables;
  readonly functions: QueryFunctions;
}

export type Variables = Readonly<Record<string, Json>>;

/** A JSON value with JSONata expressions in its strings, compiled. */
export interface Template {
  readonly field: string;
  /** @throws {@link QueryFailure} */
  evaluate(scope: QueryScope): Json | Promise<Json>;
  /** The failure that says what the value should have been. */
  unexpected(expected: string, value: Json): QueryFailure;
}

/** An expression failed or returned a value that its field does not allow. The message is the sentence that goes into the Cause. */
export class QueryFailure extends Error {
  override readonly name = "QueryFailure";
  readonly field: string;

  constructor(message: string, field: string) {
    super(message);
    this.field = field;
  }
}

/** AWS allows 100 nested evaluations, sequences of 873,782 elements, and a second. */
const limits = { stack: 100, sequence: 873_782, timeout: 1_000 };

/** @throws {@link DefinitionError} for an expression that does not parse, or refers to what its field does not have. */
export function compileTemplate(value: unknown, site: Site): Template {
  const evaluate = compileValue(value, site);
  const label = isExpression(value) ? `JSONata expression '${sourceOf(value)}'` : "value";
  return {
    field: site.field,
    evaluate,
    unexpected: (expected, found) =>
      new QueryFailure(
        `The ${label} specified for the field '${site.field}' returned an unexpected result type. Expected '${expected}', but was '${typeName(found)}' for value: ${JSON.stringify(found)}`,
        site.field,
      ),
  };
}

type Evaluate = Template["evaluate"];

function compileValue(value: unknown, site: Site): Evaluate {
  if (isExpression(value)) return compileExpression(sourceOf(value), site);
  if (Array.isArray(value)) return compileArray(value, site);
  if (isJsonObject(value)) return compileObject(value, site);
  if (typeof value === "string" && (value.startsWith("{%") || value.endsWith("%}"))) {
    throw new DefinitionError(
      `${site.where}: the string in the field '${site.field}' opens or closes a JSONata expression without the other end.`,
    );
  }
  const constant = value as Json; // parsed out of the definition's text
  return () => constant;
}

function compileArray(items: readonly unknown[], site: Site): Evaluate {
  const evaluations = items.map((item, index) => compileValue(item, { ...site, field: `${site.field}[${index}]` }));
  return async (scope) => {
    const values: Json[] = [];
    for (const evaluate of evaluations) values.push(await evaluate(scope));
    return values;
  };
}

function compileObject(members: Readonly<Record<string, unknown>>, site: Site): Evaluate {
  const evaluations = Object.entries(members).map(
    ([name, member]) => [name, compileValue(member, { ...site, field: `${site.field}/${name}` })] as const,
  );
  return async (scope) => {
    const entries: [string, Json][] = [];
    for (const [name, evaluate] of evaluations) entries.push([name, await evaluate(scope)]);
    return Object.fromEntries(entries); // not by assignment: a member may be called __proto__
  };
}

export const isExpression = (value: unknown): value is string => typeof value === "string" && /^\{%.*%\}$/s.test(value);
const sourceOf = (text: string): string => text.slice(2, -2).trim();

function compileExpression(source: string, site: Site): Evaluate {
  const expression = parse(source, site);
  const path = plainPath(expression.ast());
  const describe = (what: string) =>
    new QueryFailure(`The JSONata expression '${source}' specified for the field '${site.field}' ${what}`, site.field);
  const evaluate = async (scope: QueryScope): Promise<Json> => {
    const bindings = { ...scope.functions, ...scope.variables, states: scope.states };
    const value: unknown = await expression.evaluate(undefined, bindings).catch((error: unknown) => {
      throw describe(`threw an error during evaluation. ${messageOf(error)}`);
    });
    if (value === undefined) throw describe("returned nothing (undefined).");
    const plain = plainJson(value);
    if (plain === undefined) throw describe("returned an unsupported result type.");
    return plain;
  };
  if (path === undefined) return evaluate;
  return (scope) => {
    const value = valueAt(path, scope);
    return value === undefined ? evaluate(scope) : value;
  };
}

/** By source: a definition repeats its expressions, and a process may compile it often. */
const parsed = new Map<string, jsonata.Expression>();

function parse(source: string, { where, field, members = [] }: Site): jsonata.Expression {
  const refuse = (what: string): never => {
    throw new DefinitionError(`${where}: the JSONata expression '${source}' in the field '${field}' ${what}.`);
  };
  let expression: jsonata.Expression;
  try {
    expression = parsed.get(source) ?? jsonata(source, limits);
    parsed.set(source, expression);
  } catch (error) {
    return refuse(`does not parse: ${messageOf(error)}`);
  }
  checkReferences(expression.ast(), members, refuse);
  return expression;
}

function messageOf(error: unknown): string {
  if (!isJsonObject(error) || typeof error["message"] !== "string") return String(error);
  if (error["code"] === "D1012") return `Expression evaluation timeout: ${limits.timeout}ms. Check for infinite loop`;
  return typeof error["code"] === "string" ? `${error["code"]}: ${error["message"]}` : error["message"];
}

/** The names of an expression that is nothing but `$variable.name.name`, which needs no interpreter. */
function plainPath(node: SyntaxNode): readonly string[] | undefined {
  const { type, steps = [node], ...rest } = node;
  const extras = Object.keys(rest).filter((key) => key !== "value" && key !== "position");
  const isPlain = steps.every((step, index) => step.type === (index === 0 ? "variable" : "name") && Object.keys(step).length === 3);
  return isPlain && extras.length === 0 ? steps.map((step) => String(step.value)) : undefined;
}

/** The value at a path of which every step leads through an object: exactly what JSONata finds. Else `undefined`, and JSONata has to look. */
function valueAt([variable = "", ...names]: readonly string[], { variables, states }: QueryScope): Json | undefined {
  let value: unknown = variable === "states" ? states : Object.hasOwn(variables, variable) ? variables[variable] : undefined;
  for (const name of names) {
    if (!isJsonObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value as Json | undefined;
}

/** A copy without the properties that JSONata adds to its arrays; `undefined` if there is a function or a regular expression in it. */
function plainJson(value: unknown): Json | undefined {
  let isPlain = true;
  const text = JSON.stringify(value, (_, member: unknown) => {
    if (typeof member === "number" && !Number.isFinite(member)) return String(member); // as AWS writes them
    if (typeof member !== "function" && !(isJsonObject(member) && (member["_jsonata_lambda"] || member["_jsonata_function"])))
      return member;
    isPlain = false;
    return null; // a lambda references its environment, which is circular
  });
  return isPlain ? JSON.parse(text) : undefined;
}

/** The name of a JSON value's type, as causes have it. */
export const typeName = (value: Json): string => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value);
