import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { stageError } from "../../functions/stages/errors.ts";
import { stages } from "../../functions/stages/registry.ts";
import { fileName, memberName, type Stage, stateName } from "../../functions/stages/stage.ts";
import { buildDefinition, definitionFile, fillPlaceholders, readDefinition } from "../../statemachine/definition.ts";
import { longestPathSeconds } from "../../statemachine/longest-path.ts";

class NoWordsError extends stageError({ name: "NoWords", sentence: 'The text doesn\'t have words; write "it" out.' }) {}
class ServiceBusyError extends stageError({ name: "ServiceBusy", errorCode: "TryLater", sentence: "Send it again.", isRetried: true }) {}

/** A stage like any that a user of the project may add. */
const tagging: Stage = {
  name: "tag_long_texts",
  input: "text",
  result: z.object({ stage: z.literal("tag_long_texts") }),
  errors: [NoWordsError, ServiceBusyError],
  memoryMiB: 512,
  timeoutSeconds: 40,
  attempts: 2,
  maxPaceSeconds: 0,
  access: { documents: ["s3:GetObject"] },
};

interface State {
  readonly [field: string]: unknown;
  readonly Retry: readonly { readonly ErrorEquals: readonly string[] }[];
}
const statesOf = (...built: [Stage, ...Stage[]]) => buildDefinition(built).States as unknown as Readonly<Record<string, State>>;

describe("the file", () => {
  const folder = mkdtempSync(join(tmpdir(), "definition-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const fileWith = (text: string): URL => {
    writeFileSync(join(folder, "process-job.asl.json"), text);
    return pathToFileURL(join(folder, "process-job.asl.json"));
  };
  const text = readFileSync(definitionFile, "utf8");

  test("is what the stages make it, and its placeholders are their functions, a table and the languages of OCR", () => {
    const placeholders = Array.from(readDefinition().matchAll(/\$\{(.*?)\}/g), ([, name]) => name);

    expect(JSON.parse(text)).toEqual(buildDefinition());
    expect([...new Set(placeholders)]).toEqual([
      ...stages.map((stage) => `${stateName(stage)}FunctionArn`),
      "JobsTableName",
      "OcrLanguages",
    ]);
  });

  test("may have another layout, as an editor saves it", () => {
    const other = JSON.stringify(JSON.parse(text), null, 4);

    expect(readDefinition(fileWith(other))).toBe(other);
  });

  test.each([
    ["a state changed", text.replace('"TimeoutSeconds": 3,', '"TimeoutSeconds": 4,')],
    ["no JSON in it", `<<<<<<< HEAD\n${text}`],
  ])("with %s is refused with one sentence", (_, changed) => {
    expect(() => readDefinition(fileWith(changed))).toThrow(
      /^statemachine\/process-job\.asl\.json is out of date; write it with `npm run generate`\.$/,
    );
  });
});

test.each([
  ["ocr", "ocr", "ocr", "OCR"],
  ["ml_inference", "ml-inference", "mlInference", "MLInference"],
  ["search", "search", "search", "Search"],
  ["tag_long_texts", "tag-long-texts", "tagLongTexts", "TAGLongTexts"],
])("%s has one name, spelled as its place asks for", (name, file, member, state) => {
  const stage = { ...tagging, name };

  expect([fileName(stage), memberName(stage), stateName(stage)]).toEqual([file, member, state]);
});

describe("a stage's state", () => {
  test("ends the execution where it is the last, leads on otherwise, and outlasts its function by a twentieth", () => {
    const { TAGLongTexts: first, Search: last } = statesOf(tagging, { ...tagging, name: "search", timeoutSeconds: 5 });

    expect(first).toMatchObject({ Next: "Search", TimeoutSeconds: 42 });
    expect(last).toMatchObject({ End: true, TimeoutSeconds: 6 });
  });

  const passing = [
    "StageFailed",
    "ServiceBusy",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
  ];
  const interrupted = ["States.Timeout", "Sandbox.Timedout", "Lambda.Unknown", "Runtime.ExitError", "Runtime.OutOfMemory"];
  const throttled = ["Lambda.TooManyRequestsException"];
  test.each([
    { attempts: 1 as const, groups: [throttled] },
    { attempts: 2 as const, groups: [[...passing, ...interrupted], throttled] },
    { attempts: 3 as const, groups: [passing, interrupted, throttled] },
  ])("with $attempts attempts retries faults that may pass, its own among them", ({ attempts, groups }) => {
    const { Retry } = statesOf({ ...tagging, attempts })["TAGLongTexts"] as State;

    expect(Retry.map(({ ErrorEquals }) => ErrorEquals)).toEqual(groups);
  });
});

describe("a stage in parts", () => {
  const inParts: Stage = { ...tagging, name: "divide", parts: { max: 6, minPieces: 2, planSeconds: 10, joinSeconds: 5 } };
  const states = statesOf(inParts, { ...tagging, name: "search", timeoutSeconds: 5 });
  const { Items, MaxConcurrency, ItemProcessor } = states["DivideParts"] as State;
  const { States: ofPart } = ItemProcessor as { States: Readonly<Record<string, State>> };

  test("plans, and goes on at once where nothing is left, or by way of all of it, or of its parts and their join", () => {
    const ways = Object.entries({ ...states, ...ofPart }).filter(([name]) => name.startsWith("Divide"));

    const { Choices, Default } = states["DivideDivided"] as State;
    expect([...(Choices as { Next: string }[]).map(({ Next }) => Next), Default]).toEqual(["DivideParts", "DivideWhole", "Search"]);
    expect(Object.fromEntries(ways.map(([name, { Next, TimeoutSeconds }]) => [name, [Next, TimeoutSeconds]]))).toEqual({
      Divide: ["DivideDivided", 11],
      DivideDivided: [undefined, undefined],
      DivideWhole: ["Search", 42],
      DivideParts: ["DivideJoin", undefined],
      DivideJoin: ["Search", 6],
      DividePart: [undefined, 42],
      DividePartLost: [undefined, undefined],
    });
  });

  test("has no more parts than run at once, and the failure of one is its outcome", () => {
    expect([Items, MaxConcurrency]).toEqual(["{% [$states.input.parts[[0..5]]] %}", 6]);
    expect(ofPart["DividePart"]?.["Catch"]).toEqual(
      ["States.DataLimitExceeded", "States.ALL"].map((error) => ({
        ErrorEquals: [error],
        Output: "{% $merge([$states.input.part, {'error': $states.errorOutput.Error}]) %}",
        Next: "DividePartLost",
      })),
    );
    expect(ofPart["DividePart"]?.Retry[0]?.ErrorEquals).toContain("StageUnfinished");
  });

  test("may be the last one", () => {
    const { DivideDivided, DivideWhole, DivideJoin, DivideDone } = statesOf(inParts);

    expect([DivideDivided?.["Default"], DivideWhole?.["End"], DivideJoin?.["End"], DivideDone]).toEqual([
      ...["DivideDone", true, true],
      { Type: "Succeed" },
    ]);
  });
});

test("SetError knows the errors of every stage, whatever their sentences hold", () => {
  const { SetError } = statesOf(tagging);

  const { ExpressionAttributeValues: values } = (SetError as State)["Arguments"] as { ExpressionAttributeValues: string };
  expect(values).toContain(`{'errors': ['NoWords'], 'code': 'NoWords', 'message': "The text doesn't have words; write \\"it\\" out."}`);
  expect(values).toContain("{'errors': ['ServiceBusy'], 'code': 'TryLater', 'message': 'Send it again.'}");
});

test.each(["StageFailed", "StageOutputInvalid", "NoWords"])("an error of another stage's cannot have the name %s", (name) => {
  class TakenError extends stageError({ name, sentence: "Something else." }) {}
  const other = { ...tagging, name: "other", errors: [TakenError] };

  expect(() => buildDefinition([tagging, other])).toThrow(
    `Two kinds of errors have the name ${name}; give the stage's error another name.`,
  );
});

test("stages that do not fit into an execution are refused, with the seconds that are missing", () => {
  const stageOf = (timeoutSeconds: number): Stage => ({ ...tagging, attempts: 1, timeoutSeconds });

  // 244 + 13 s, 7 s for throttles, 12 s for SetError
  expect(longestPathSeconds(buildDefinition([stageOf(257)]))).toBe(289);
  expect(() => buildDefinition([stageOf(258), { ...stageOf(20), name: "search" }])).toThrow(
    /^The stages take up to 318 s of the 289 s that an execution has: 29 s are missing; lower timeoutSeconds or attempts in a stage\.ts\.$/,
  );
});

const placeholder = (name: string): string => `\${${name}}`;
const [one, two] = ["One", "Two"].map(placeholder);

test("every placeholder is filled, as often as it stands there", () => {
  const filled = fillPlaceholders(`{"A": "${one}", "B": "${two}-${one}"}`, { One: "1", Two: "2" });

  expect(JSON.parse(filled)).toEqual({ A: "1", B: "2-1" });
});

test("a value stays a string, whatever is in it", () => {
  const value = `quote " backslash \\ line\n dollar $& ${one}`;

  const filled = fillPlaceholders(`{"A": "${one}"}`, { One: value });

  expect(JSON.parse(filled)).toEqual({ A: value });
});

const unfilled = `The definition has a placeholder ${two} without a value.`;
const refused: readonly { readonly what: string; readonly values: Record<string, string>; readonly message: string }[] = [
  { what: "a placeholder without a value", values: { One: "1" }, message: unfilled },
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
