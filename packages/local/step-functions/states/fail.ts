import type { Activation } from "../activation.ts";
import { StatesError } from "../errors.ts";
import type { Fields } from "../fields.ts";
import type { Template } from "../query.ts";
import type { Behaviour, Exit } from "../state.ts";

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
  if (template === undefined) return "";
  const value = await activation.evaluate(template, {}, (found) => {
    if (!isText(found)) throw template.unexpected("string", found);
  });
  return String(value);
}
