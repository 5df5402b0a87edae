import type { Activation } from "./activation.ts";
import type { Fields } from "./fields.ts";
import { QueryFailure, type Template } from "./query.ts";

const most = 99_999_999;

/** A field that is an integer from `least` to 99,999,999, or an expression for one. */
export interface IntegerField {
  readonly template: Template;
  readonly least: number;
  /** The value where it is not an expression. */
  readonly literal: number | undefined;
}

export function integerField(fields: Fields, name: string, least: 0 | 1): IntegerField | undefined {
  let literal: number | undefined;
  const template = fields.expression(name, `an integer from ${least} to ${most}`, (value) => {
    literal = typeof value === "number" ? value : undefined;
    return isWithin(value, least);
  });
  return template && { template, least, literal };
}

export async function evaluateInteger(activation: Activation, field: IntegerField | undefined): Promise<number | undefined> {
  if (field === undefined) return undefined;
  const { template, least } = field;
  const value = await activation.evaluate(template, {}, (found) => {
    if (typeof found !== "number") throw template.unexpected("number", found);
    if (!isWithin(found, least))
      throw new QueryFailure(
        `The value ${found} for the field '${template.field}' is not an integer from ${least} to ${most}.`,
        template.field,
      );
  });
  return Number(value);
}

const isWithin = (value: unknown, least: number): boolean => Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
