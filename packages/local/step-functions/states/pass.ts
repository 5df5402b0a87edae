import { compileExit, compileNext } from "../exits.ts";
import type { Fields } from "../fields.ts";
import type { Behaviour } from "../state.ts";

export function compilePass(fields: Fields): Behaviour {
  const exit = compileExit(fields, compileNext(fields));
  return { exits: [exit], run: () => ({ exit }) };
}
