import type { Fields } from "./fields.ts";
import type { Site } from "./query.ts";
import { errorEqualsOf } from "./retry.ts";
import type { Catcher, Exit } from "./state.ts";

const variableName = /^[A-Za-z_][A-Za-z0-9_]{0,79}$/;

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
