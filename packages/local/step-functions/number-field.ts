import type { Fields } from "./fields.ts";
import { QueryFailure, type Template } from "./query.ts";
import type { Activation } from "./state.ts";

/** The greatest value of any integer field. */
export const maxInteger = 99_999_999;

/** A field that is a number within a range, or an expression for one. */
export interface NumberField {
  readonly template: Template;
  /** `an integer from 0 to 99999999`. */
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
  /** The value where it is not an expression. */
  readonly literal: number | undefined;
}

export function integerField(fields: Fields, name: string, min: 0 | 1): NumberField | undefined {
  const accepts = (value: unknown) => Number.isInteger(value) && isBetween(value, min, maxInteger);
  return numberField(fields, name, `an integer from ${min} to ${maxInteger}`, accepts);
}

export function percentageField(fields: Fields, name: string): NumberField | undefined {
  return numberField(fields, name, "a number from 0 to 100", (value) => isBetween(value, 0, 100));
}

export async function evaluateNumber(activation: Activation, field: NumberField | undefined): Promise<number | undefined> {
  if (field === undefined) return undefined;
  const { template, expected, accepts } = field;
  const value = await activation.evaluate(template, {}, (found) => {
    if (typeof found !== "number") throw template.unexpected("number", found);
    if (!accepts(found)) throw new QueryFailure(`The value ${found} for the field '${template.field}' is not ${expected}.`, template.field);
  });
  return Number(value);
}

function numberField(fields: Fields, name: string, expected: string, accepts: NumberField["accepts"]): NumberField | undefined {
  let literal: number | undefined;
  const template = fields.expression(name, expected, (value) => {
    literal = typeof value === "number" ? value : undefined;
    return accepts(value);
  });
  return template && { template, expected, accepts, literal };
}

const isBetween = (value: unknown, min: number, max: number): boolean => typeof value === "number" && value >= min && value <= max;
