import type { Fields } from "./fields.ts";
import { QueryFailure, type Template } from "./query.ts";
import type { Activation } from "./state.ts";

/** The greatest value of any integer field. */
export const maxInteger = 99_999_999;

/** A field that is an integer from `min` to 99,999,999, or an expression for one. */
export interface IntegerField {
  readonly template: Template;
  readonly min: number;
  /** The value where it is not an expression. */
  readonly literal: number | undefined;
}

export function integerField(fields: Fields, name: string, min: 0 | 1): IntegerField | undefined {
  let literal: number | undefined;
  const template = fields.expression(name, `an integer from ${min} to ${maxInteger}`, (value) => {
    literal = typeof value === "number" ? value : undefined;
    return isWithin(value, min);
  });
  return template && { template, min, literal };
}

export async function evaluateInteger(activation: Activation, field: IntegerField | undefined): Promise<number | undefined> {
  if (field === undefined) return undefined;
  const { template, min } = field;
  const value = await activation.evaluate(template, {}, (found) => {
    if (typeof found !== "number") throw template.unexpected("number", found);
    if (!isWithin(found, min))
      throw new QueryFailure(
        `The value ${found} for the field '${template.field}' is not an integer from ${min} to ${maxInteger}.`,
        template.field,
      );
  });
  return Number(value);
}

const isWithin = (value: unknown, min: number): boolean => Number.isInteger(value) && Number(value) >= min && Number(value) <= maxInteger;
