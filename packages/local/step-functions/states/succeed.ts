import type { Fields } from "../fields.ts";
import type { Behaviour, Exit } from "../state.ts";

export function compileSucceed(fields: Fields): Behaviour {
  const exit: Exit = { next: undefined, output: fields.template("Output"), assign: undefined, assigns: [] };
  return { exits: [exit], run: () => ({ exit }) };
}
