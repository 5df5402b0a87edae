import type { Activation } from "../activation.ts";
import { compileExit } from "../exits.ts";
import type { Fields } from "../fields.ts";
import { isExpression, type Template } from "../query.ts";
import type { Behaviour, Exit } from "../state.ts";

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
      throw activation.error("States.NoChoiceMatched", "Failed to transition out of the state. The state does not point to a next state.");
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
  const value = await activation.evaluate(condition, {}, (found) => {
    if (typeof found !== "boolean") throw condition.unexpected("boolean", found);
  });
  return value === true;
}
