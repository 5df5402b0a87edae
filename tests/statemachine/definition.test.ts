import { expect, test } from "vitest";
import { fillPlaceholders, readDefinition } from "../../statemachine/definition.ts";

const placeholder = (name: string): string => `\${${name}}`;
const [one, two] = ["One", "Two"].map(placeholder);

test("the file is JSON, and its placeholders are three functions and a table", () => {
  const definition = readDefinition();

  const placeholders = Array.from(definition.matchAll(/\$\{(.*?)\}/g), ([, name]) => name);

  expect(JSON.parse(definition)).toHaveProperty("States");
  expect(placeholders).toEqual(["OcrFunctionArn", "MlInferenceFunctionArn", "SearchFunctionArn", "JobsTableName"]);
});

test("every placeholder is filled, as often as it stands there", () => {
  const filled = fillPlaceholders(`{"A": "${one}", "B": "${two}-${one}"}`, { One: "1", Two: "2" });

  expect(JSON.parse(filled)).toEqual({ A: "1", B: "2-1" });
});

test("a value stays a string, whatever is in it", () => {
  const value = `quote " backslash \\ line\n dollar $& ${one}`;

  const filled = fillPlaceholders(`{"A": "${one}"}`, { One: value });

  expect(JSON.parse(filled)).toEqual({ A: value });
});

const unfilled = `The definition has a placeholder ${two} that nothing fills.`;
const refused: readonly { readonly what: string; readonly values: Record<string, string>; readonly message: string }[] = [
  { what: "a placeholder that nothing fills", values: { One: "1" }, message: unfilled },
  { what: "a placeholder that only a value of another name could fill", values: { One: "1", constructor: "2" }, message: unfilled },
  {
    what: "a value without a placeholder",
    values: { One: "1", Two: "2", Three: "3" },
    message: `The definition has no placeholder ${placeholder("Three")}.`,
  },
];

test.each(refused)("$what is refused by name", ({ values, message }) => {
  expect(() => fillPlaceholders(`{"A": "${one}", "B": "${two}"}`, values)).toThrow(message);
});
