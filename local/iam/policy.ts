import { type Condition, compileCondition } from "./condition.ts";
import { matcherOfAction, matcherOfResource } from "./pattern.ts";
import { PolicyError } from "./policy-error.ts";

/** One pattern of a statement's list, and what it matches. */
export interface Pattern {
  readonly text: string;
  matches(value: string): boolean;
}

export interface CompiledStatement {
  /** `Sid`, or the statement's number in its policy, from 1. */
  readonly name: string;
  readonly effect: "Allow" | "Deny";
  readonly actions: readonly Pattern[];
  /** Whether `actions` is a `NotAction`. */
  readonly notActions: boolean;
  readonly resources: readonly Pattern[];
  /** Whether `resources` is a `NotResource`. */
  readonly notResources: boolean;
  readonly conditions: readonly Condition[];
}

export interface CompiledPolicy {
  readonly statements: readonly CompiledStatement[];
}

const versions = ["2012-10-17", "2008-10-17"];
const policyMembers = ["Version", "Id", "Statement"];
const statementMembers = ["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"];

/**
 * Reads an identity policy.
 *
 * @param document the policy, as JSON or parsed.
 * @throws {@link PolicyError} naming what IAM would refuse, or what is not evaluated here: nothing in a policy is ever ignored.
 */
export function compilePolicy(document: unknown): CompiledPolicy {
  const policy = recordOf(typeof document === "string" ? parse(document) : document, "A policy");
  refuseUnknown(policy, policyMembers, "policy");
  if (policy["Version"] !== undefined && !versions.includes(String(policy["Version"])))
    throw new PolicyError(`Unknown policy version ${policy["Version"]}`);
  const statements = [policy["Statement"]].flat();
  return { statements: statements.map((statement, index) => compileStatement(recordOf(statement, "A statement"), index + 1)) };
}

function compileStatement(statement: Record<string, unknown>, number: number): CompiledStatement {
  refuseUnknown(statement, statementMembers, "statement");
  const { Sid, Effect, Condition = {} } = statement;
  if (Effect !== "Allow" && Effect !== "Deny") throw new PolicyError(`Effect must be Allow or Deny, not ${JSON.stringify(Effect)}`);
  const [actions, notActions] = oneOf(statement, "Action", "NotAction");
  const [resources, notResources] = oneOf(statement, "Resource", "NotResource");
  return {
    name: typeof Sid === "string" ? Sid : String(number),
    effect: Effect,
    actions: actions.map((text) => ({ text, matches: matcherOfAction(text) })),
    notActions,
    resources: resources.map((text) => ({ text, matches: matcherOfResource(text) })),
    notResources,
    conditions: Object.entries(recordOf(Condition, "A Condition")).flatMap(([operator, keys]) =>
      Object.entries(recordOf(keys, operator)).map(([key, values]) =>
        compileCondition(operator, key, stringsOf(values, `${operator} ${key}`)),
      ),
    ),
  };
}

function oneOf(statement: Record<string, unknown>, positive: string, negative: string): [string[], boolean] {
  const negated = statement[positive] === undefined;
  if (negated === (statement[negative] === undefined)) throw new PolicyError(`A statement needs either ${positive} or ${negative}`);
  const member = negated ? negative : positive;
  return [stringsOf(statement[member], member), negated];
}

function stringsOf(values: unknown, where: string): string[] {
  const list = [values].flat();
  if (list.length === 0) throw new PolicyError(`${where} is empty`);
  return list.map((value) => {
    if (!["string", "boolean", "number"].includes(typeof value)) throw new PolicyError(`${where} holds ${JSON.stringify(value)}`);
    if (String(value).includes("${")) throw new PolicyError(`${where} holds a policy variable, which is not evaluated here: ${value}`);
    return String(value);
  });
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new PolicyError(`A policy is not JSON: ${(error as Error).message}`);
  }
}

function recordOf(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new PolicyError(`${where} must be an object`);
  return value as Record<string, unknown>;
}

function refuseUnknown(record: Record<string, unknown>, known: readonly string[], where: string): void {
  for (const member of Object.keys(record))
    if (!known.includes(member)) throw new PolicyError(`${member} is not a member of an identity policy's ${where}`);
}
