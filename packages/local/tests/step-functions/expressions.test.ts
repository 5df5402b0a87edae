import { describe, expect, test } from "vitest";
import { evaluate, only, refusal, task } from "./state-machine.ts";

const definition = (state: object) => ({ QueryLanguage: "JSONata", ...only(state) });
const ofExpression = (expression: string) => refusal(definition({ Type: "Pass", Output: `{% ${expression} %}`, End: true }));

describe("an expression may name what lies within a value", () => {
  test.each([
    ["a filter", "$states.input.items[price > 3]"],
    ["a sorting", "$states.input.items^(>price, name)"],
    ["a group", "$states.input.items{name: price}"],
    ["a block of a path", "$states.input.items.(price * quantity)"],
    ["the context of a path", "$states.input.items.($ & '!')"],
    ["every member", "$states.input.*"],
    ["every member below", "$states.input.**.price"],
    ["the parent", "$states.input.items.price.(%.name)"],
    ["a position", "$states.input.items#$at[$at > 1]"],
    ["a change of members", '$states.input ~> |items|{"total": price}|'],
    ["a removal of members", '$states.input ~> |items|{}, ["price"]|'],
    ["its own function", "$map($states.input.items, function($item) { $item.price })"],
  ])("%s", (_, expression) => {
    expect(ofExpression(expression)).toBe("is taken");
  });
});

describe("an expression has no context of its own", () => {
  test.each([
    ["price", "price"],
    ["price.name", "price"],
    ["price[1]", "price"],
    ["*", "*"],
    ["**", "**"],
    ["$", "$"],
    ["$.price", "$"],
    ["price + 1", "price"],
    ["[1, price]", "price"],
    ['{"a": price}', "price"],
    ["$string(price)", "price"],
    ["true ? price : 1", "price"],
    ["($price := price; $price)", "price"],
  ])("%s", (expression, name) => {
    expect(ofExpression(expression)).toContain(`refers to '${name}' at the top level, where there is no context item`);
  });
});

test.each([
  ["$states.result", "refers to '$states.result', which does not exist there"],
  ["$states.errorOutput", "refers to '$states.errorOutput', which does not exist there"],
  ["[$states.nothing]", "refers to '$states.nothing', which does not exist there"],
  ["$$", "refers to '$$', which Step Functions does not have"],
  ["$eval('1')", "calls '$eval', which Step Functions does not have; use '$parse'"],
])("%s is refused", (expression, sentence) => {
  expect(ofExpression(expression)).toContain(sentence);
});

test.each(["$other.result", "$states.input.result", "$states.context.nothing"])("%s is taken", (expression) => {
  expect(ofExpression(expression)).toBe("is taken");
});

test.each(["x{% 1 %}", "{% 1 %}x", "{% 1 }", "{ 1 %}", "{%"])("%s is half an expression, and refused", (text) => {
  const sentence = "State 'X': the string in the field 'Output' opens or closes a JSONata expression without the other end.";

  expect(refusal(definition({ Type: "Pass", Output: text, End: true }))).toBe(sentence);
});

test("an expression may stand on lines of its own", async () => {
  expect(await evaluate("\n1 +\n2\n", {}, { rejectedByValidator: true })).toBe(3);
});

describe("a function without one of its arguments gives nothing", () => {
  const none = "$states.input.none";

  test.each([
    `$partition(${none}, 2)`,
    `$partition([1], ${none})`,
    `$range(${none}, 2, 1)`,
    `$range(1, ${none}, 1)`,
    `$range(1, 2, ${none})`,
    `$hash(${none}, "MD5")`,
    `$hash("a", ${none})`,
    `$parse(${none})`,
    `$shuffle(${none})`,
  ])("%s", async (call) => {
    expect(await evaluate(`[$exists(${call})]`)).toEqual([false]);
  });
});

describe("a function says what it takes", () => {
  test.each([
    ['$partition([1], "2")', '$partition takes a number, not "2"'],
    ['$range("1", 2, 1)', '$range takes a number, not "1"'],
    ['$range(1, "2", 1)', '$range takes a number, not "2"'],
    ['$range(1, 2, "1")', '$range takes a number, not "1"'],
    ['$random("1")', '$random takes a number, not "1"'],
    ["$parse(1)", "$parse takes a string, not 1"],
    ['$hash(1, "MD5")', "$hash takes a string, not 1"],
    ['$hash("a", 1)', "$hash takes a string, not 1"],
    ['$hash("a", "CRC")', "$hash knows MD5, SHA-1, SHA-256, SHA-384, SHA-512, not CRC"],
  ])("%s", async (call, sentence) => {
    expect(await evaluate(call)).toContain(sentence);
  });
});

test.each([
  ["$partition(1, 2)", [[1]]],
  ["$random(42)", 0.6011037519201636],
  ["$random(0)", 0.26642920868471265],
])("%s is the same everywhere", async (call, value) => {
  expect(await evaluate(call)).toEqual(value);
});

test.each([
  "ItemsPath",
  "MaxConcurrencyPath",
  "SecondsPath",
  "TimestampPath",
  "HeartbeatSecondsPath",
  "ErrorPath",
  "CausePath",
  "Variable",
  "And",
  "Or",
  "Not",
])("the JSONPath field %s is refused by name", (field) => {
  const sentence = `State 'X' has the field '${field}' of JSONPath, and only JSONata is supported here.`;

  expect(refusal(definition({ Type: "Succeed", [field]: "$" }))).toBe(sentence);
});

const reserved = [
  ...["ALL", "TaskFailed", "Timeout", "HeartbeatTimeout", "Permissions", "BranchFailed", "NoChoiceMatched", "QueryEvaluationError"],
  ...["DataLimitExceeded", "Runtime", "ExceedToleratedFailureThreshold", "ItemReaderFailed", "ResultWriterFailed"],
  ...["ResultPathMatchFailure", "ParameterPathFailure", "IntrinsicFailure", "Http.Socket"],
];

test.each(reserved)("States.%s may be retried and caught", (name) => {
  const ErrorEquals = [`States.${name}`];
  const state = task("f", { Retry: [{ ErrorEquals }], Catch: [{ ErrorEquals, Next: "End" }], Next: "End" });

  expect(refusal({ QueryLanguage: "JSONata", StartAt: "X", States: { X: state, End: { Type: "Succeed" } } })).toBe("is taken");
});

test.each([
  ["Comment", { Type: "Pass", End: true, Comment: 1 }, "State 'X' has a 'Comment' that is not a string."],
  ["Next", { Type: "Pass", Next: 1 }, "State 'X' has a 'Next' that is not a string."],
  ["Choices", { Type: "Choice", Choices: {} }, "State 'X' has a 'Choices' that is not an array."],
  ["Branches", { Type: "Parallel", Branches: "{% [] %}", End: true }, "State 'X' has a 'Branches' that is not an array."],
  ["Retry", task("f", { End: true, Retry: {} }), "State 'X' has a 'Retry' that is not an array."],
  [
    "MaxAttempts",
    task("f", { End: true, Retry: [{ ErrorEquals: ["A"], MaxAttempts: 100_000_000 }] }),
    "Retry[0] of state 'X' has a 'MaxAttempts' that is not a number from 0 to 99999999.",
  ],
  ["TimeoutSeconds", task("f", { End: true, TimeoutSeconds: "1" }), "State 'X' has a 'TimeoutSeconds' that is "],
])("a %s of another type is refused", (_, state, sentence) => {
  expect(refusal(definition(state))).toContain(sentence);
});

test("a number may be the largest there is", () => {
  const Retry = [{ ErrorEquals: ["A"], MaxAttempts: 99_999_999 }];

  expect(refusal(definition(task("f", { End: true, Retry })))).toBe("is taken");
});
