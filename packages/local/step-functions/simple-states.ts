import { StatesError } from "./errors.ts";
import type { Fields } from "./fields.ts";
import { evaluateNumber, integerField } from "./number-field.ts";
import type { Json } from "./payload.ts";
import { isExpression, QueryFailure, type Template } from "./query.ts";
import type { Activation, Behaviour, Exit } from "./state.ts";
import { compileExit, compileNext } from "./transitions.ts";

export function compilePass(fields: Fields): Behaviour {
  const exit = compileExit(fields, compileNext(fields));
  return { exits: [exit], run: () => ({ exit }) };
}

/** RFC 3339 with the T and the zone that Step Functions asks for. */
const timestampForm = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

function isTimestamp(value: unknown): value is string {
  const [, day] = timestampForm.exec(typeof value === "string" ? value : "") ?? [];
  if (day === undefined || Number.isNaN(Date.parse(String(value)))) return false;
  return new Date(day).toISOString().startsWith(day); // JavaScript parses 30 February as 2 March
}

export function compileWait(fields: Fields): Behaviour {
  const seconds = integerField(fields, "Seconds", 0);
  const timestamp = fields.expression("Timestamp", "a timestamp such as 2026-01-31T12:00:00Z", isTimestamp);
  if ((seconds === undefined) === (timestamp === undefined)) fields.refuse("needs either 'Seconds' or 'Timestamp'");
  const exit = compileExit(fields, compileNext(fields));
  return {
    exits: [exit],
    run: async (activation) => {
      const { clock } = activation.thread.run;
      const milliseconds =
        timestamp === undefined
          ? ((await evaluateNumber(activation, seconds)) ?? 0) * 1000
          : (await timeOf(activation, timestamp)) - clock.now();
      if (milliseconds > 0) await clock.sleep(milliseconds, activation.thread.signal);
      return { exit };
    },
  };
}

async function timeOf(activation: Activation, timestamp: Template): Promise<number> {
  const value = await activation.evaluate(timestamp, {}, (found) => {
    if (typeof found !== "string") throw timestamp.unexpected("string", found);
    const sentence = "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string";
    if (!isTimestamp(found)) throw new QueryFailure(`${sentence}: ${found}`, timestamp.field);
  });
  return Date.parse(String(value));
}

interface Rule {
  readonly condition: Template;
  readonly exit: Exit;
}

export function compileChoice(fields: Fields): Behaviour {
  const rules = fields.objects("Choices").map(compileRule);
  if (rules.length === 0) fields.refuse("has no 'Choices'");
  const defaultNext = fields.text("Default");
  const byDefault = compileExit(fields, defaultNext);
  const exits = rules.map(({ exit }) => exit);
  return {
    exits: defaultNext === undefined ? exits : [...exits, byDefault],
    run: async (activation) => {
      for (const { condition, exit } of rules) if (await holds(activation, condition)) return { exit };
      if (defaultNext !== undefined) return { exit: byDefault };
      throw activation.error("States.Runtime", "Failed to transition out of the state. The state does not point to a next state.");
    },
  };
}

function compileRule(rule: Fields): Rule {
  const source = rule.take("Condition");
  if (!isExpression(source)) rule.refuse("has no 'Condition' that is a JSONata expression");
  const condition = rule.compile("Condition", source);
  const exit = compileExit(rule, rule.requiredText("Next"));
  rule.take("Comment");
  rule.end();
  return { condition, exit };
}

async function holds(activation: Activation, condition: Template): Promise<boolean> {
  return (await evaluateAs("boolean", activation, condition)) === true;
}

export function compileSucceed(fields: Fields): Behaviour {
  const exit: Exit = { next: undefined, output: fields.template("Output"), assign: undefined, assigns: [] };
  return { exits: [exit], run: () => ({ exit }) };
}

const noWayOut: Exit = { next: undefined, output: undefined, assign: undefined, assigns: [] };
const isText = (value: unknown) => typeof value === "string";

export function compileFail(fields: Fields): Behaviour {
  const error = fields.expression("Error", "a string", isText);
  const cause = fields.expression("Cause", "a string", isText);
  return {
    exits: [noWayOut],
    run: async (activation) => {
      throw new StatesError(await text(activation, error), await text(activation, cause));
    },
  };
}

async function text(activation: Activation, template: Template | undefined): Promise<string> {
  return template === undefined ? "" : String(await evaluateAs("string", activation, template));
}

function evaluateAs(type: "boolean" | "string", activation: Activation, template: Template): Promise<Json> {
  return activation.evaluate(template, {}, (found) => {
    if (typeof found !== type) throw template.unexpected(type, found);
  });
}
