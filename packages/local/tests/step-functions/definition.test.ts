import { expect, test } from "vitest";
import { invoke, only, refusal, task } from "./state-machine.ts";

const jsonata = (more: object) => ({ QueryLanguage: "JSONata", ...more });
const state = (fields: object) => jsonata(only(fields));
const pass = { Type: "Pass", End: true };
const inner = only(pass, "Inner");

test.each([
  ["a definition that is not JSON", "{", /^The state machine is not JSON: .*\.$/],
  ["an absent QueryLanguage", only(pass), "The state machine has the 'QueryLanguage' 'JSONPath', and only JSONata is supported here."],
  [
    "a state in JSONPath",
    state({ ...pass, QueryLanguage: "JSONPath" }),
    "State 'X' has the 'QueryLanguage' 'JSONPath', and only JSONata is supported here.",
  ],
  ["no StartAt", jsonata({ States: { X: pass } }), "The state machine has no 'StartAt'."],
  [
    "a StartAt that is no state",
    jsonata({ StartAt: "Y", States: { X: pass } }),
    "The state machine has the 'StartAt' 'Y', which is not one of its states.",
  ],
  ["another version", jsonata({ Version: "2.0", ...only(pass) }), "The state machine has the 'Version' '2.0', which is not 1.0."],
  [
    "an unknown top-level field",
    jsonata({ Timeout: 3, ...only(pass) }),
    "The state machine has the field 'Timeout', which is not known there.",
  ],
  [
    "a time-out of nothing",
    jsonata({ TimeoutSeconds: 0, ...only(pass) }),
    "The state machine has a 'TimeoutSeconds' that is not a number from 1 to 99999999.",
  ],
  ["an unknown type of state", state({ Type: "Loop", End: true }), "State 'X' has the 'Type' 'Loop', which is not a type of state."],
  [
    "a type named like a method of every object",
    state({ Type: "constructor", End: true }),
    "State 'X' has the 'Type' 'constructor', which is not a type of state.",
  ],
  ["an unknown field", state({ ...pass, Outputs: 1 }), "State 'X' has the field 'Outputs', which is not known there."],
  ["Retry where there is none", state({ ...pass, Retry: [] }), "State 'X' has the field 'Retry', which is not known there."],
  ["neither Next nor End", state({ Type: "Pass" }), "State 'X' needs either 'Next' or 'End'."],
  ["both Next and End", state({ ...pass, Next: "X" }), "State 'X' needs either 'Next' or 'End'."],
  ["an End that is not true", state({ Type: "Pass", End: false }), "State 'X' has an 'End' that is not true."],
  ["a Next to nowhere", state({ Type: "Pass", Next: "Y" }), "State 'X' leads to 'Y', which is not a state beside it."],
  [
    "a Default to nowhere",
    state({ Type: "Choice", Choices: [{ Condition: "{% true %}", Next: "X" }], Default: "Y" }),
    "State 'X' leads to 'Y', which is not a state beside it.",
  ],
  [
    "a Catch to nowhere",
    state(task("f", { End: true, Catch: [{ ErrorEquals: ["A"], Next: "Y" }] })),
    "State 'X' leads to 'Y', which is not a state beside it.",
  ],
  ["a state that nothing leads to", jsonata({ StartAt: "X", States: { X: pass, Y: pass } }), "State 'Y' is never reached."],
  ["a circle without an end", state({ Type: "Pass", Next: "X" }), "The state machine has no state that ends it."],
  [
    "a name of 81 characters",
    jsonata(only(pass, "n".repeat(81))),
    `State '${"n".repeat(81)}' has a name that is not 1 to 80 characters long.`,
  ],
  [
    "two states of one name",
    jsonata(only({ Type: "Parallel", Branches: [inner, inner], End: true })),
    "State 'Inner' shares its name with another state.",
  ],
  [
    "a Next out of a branch",
    jsonata({ StartAt: "P", States: { P: { Type: "Parallel", Branches: [only({ Type: "Pass", Next: "Q" })], Next: "Q" }, Q: pass } }),
    "State 'X' leads to 'Q', which is not a state beside it.",
  ],
  [
    "a query language of a branch",
    state({ Type: "Parallel", Branches: [jsonata(inner)], End: true }),
    "Branches[0] of state 'X' has the field 'QueryLanguage', which is not known there.",
  ],
])("refuses %s", (_, definition, sentence) => {
  const message = refusal(definition);

  expect(message).toMatch(sentence instanceof RegExp ? sentence : new RegExp(`^${sentence.replace(/[[\].()]/g, "\\$&")}$`));
});

test.each(["InputPath", "OutputPath", "ResultPath", "Parameters", "ResultSelector", "Result", "TimeoutSecondsPath"])(
  "refuses the JSONPath field %s by name",
  (field) => {
    const message = refusal(state(task("f", { End: true, [field]: "$" })));

    expect(message).toBe(`State 'X' has the field '${field}' of JSONPath, and only JSONata is supported here.`);
  },
);

test.each(["ItemReader", "ItemBatcher", "ResultWriter", "Label"])("refuses %s of a Distributed Map by name", (field) => {
  const message = refusal(state({ Type: "Map", ItemProcessor: inner, End: true, [field]: {} }));

  expect(message).toBe(`State 'X' has the field '${field}' of a Distributed Map, which Express does not have.`);
});

test("refuses a distributed processor", () => {
  const ItemProcessor = { ...inner, ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "EXPRESS" } };

  const message = refusal(state({ Type: "Map", ItemProcessor, End: true }));

  expect(message).toBe("ProcessorConfig of state 'X' has the 'Mode' 'DISTRIBUTED', and Express has only INLINE.");
});

test.each([
  ["arn:aws:states:::states:startExecution.sync:2", "waits for a job (.sync), which Express does not do"],
  ["arn:aws:states:::glue:startJobRun.sync", "waits for a job (.sync), which Express does not do"],
  ["arn:aws:states:::sqs:sendMessage.waitForTaskToken", "waits for a task token, which Express does not do"],
  ["arn:aws:states:eu-central-1:111111111111:activity:approve", "is an activity, which Express does not have"],
  ["arn:aws:states:::sns:publish", "is not supported here"],
  ["{% $states.input.arn %}", "is not supported here"],
])("refuses the resource %s", (Resource, reason) => {
  const message = refusal(state({ Type: "Task", Resource, End: true }));

  expect(message).toBe(`State 'X' has the 'Resource' '${Resource}', which ${reason}.`);
});

test.each([
  [
    "{% $states.input.[ %}",
    /^State 'X': the JSONata expression '\$states\.input\.\[' in the field 'Output\/a' does not parse: S0\d+: .*\.$/,
  ],
  ["{% name %}", "refers to 'name' at the top level, where there is no context item"],
  ["{% $map([1], function($x) { name }) %}", "refers to 'name' at the top level, where there is no context item"],
  ["{% * %}", "refers to '*' at the top level, where there is no context item"],
  ["{% $.a %}", "refers to '$' at the top level, where there is no context item"],
  ["{% $$.a %}", "refers to '$$', which Step Functions does not have"],
  ["{% $states.input.items[$$.a] %}", "refers to '$$', which Step Functions does not have"],
  ["{% $eval('1') %}", "calls '$eval', which Step Functions does not have; use '$parse'"],
  ["{% ['1'] ~> $map($eval) %}", "calls '$eval', which Step Functions does not have; use '$parse'"],
  ["{% $states.result %}", "refers to '$states.result', which does not exist there"],
  ["{% $states.errorOutput %}", "refers to '$states.errorOutput', which does not exist there"],
  ["{% $states.inputs %}", "refers to '$states.inputs', which does not exist there"],
  ["{% 1", /opens or closes a JSONata expression without the other end\.$/],
  ["1 %}", /opens or closes a JSONata expression without the other end\.$/],
])("refuses the expression %s", (expression, reason) => {
  const message = refusal(state({ ...pass, Output: { a: expression } }));

  if (reason instanceof RegExp) expect(message).toMatch(reason);
  else expect(message).toBe(`State 'X': the JSONata expression '${expression.slice(2, -2).trim()}' in the field 'Output/a' ${reason}.`);
});

test.each([
  "{% $states.input.items[value > 3] %}",
  "{% $states.input.items^(price).{ 'a': name } %}",
  "{% $states.input.items{ name: $sum(price) } %}",
  "{% $states.input ~> |items|{ 'a': b }| %}",
  "{% $map($states.input.items, function($x) { $x.name }) %}",
  "{% ( $a := $states.input; $a.*.b ) %}",
  "{% $states.input.a.**.b.%.c %}",
])("takes names that are read against something: %s", (expression) => {
  const message = refusal(state({ ...pass, Output: expression }));

  expect(message).toBe("is taken");
});

test.each([
  ["no ErrorEquals", {}, "has no 'ErrorEquals'"],
  ["an empty ErrorEquals", { ErrorEquals: [] }, "has an empty 'ErrorEquals'"],
  ["a number as an error name", { ErrorEquals: [1] }, "has an error name in 'ErrorEquals' that is not a string"],
  [
    "an unknown reserved name",
    { ErrorEquals: ["States.All"] },
    "names 'States.All' in 'ErrorEquals', and Step Functions reserves names that begin with 'States.'",
  ],
  [
    "States.ALL beside another name",
    { ErrorEquals: ["States.ALL", "A"] },
    "names 'States.ALL', which must stand alone and in the last place",
  ],
  [
    "States.ALL before another retrier",
    { ErrorEquals: ["States.ALL"] },
    "names 'States.ALL', which must stand alone and in the last place",
  ],
  ["an interval of nothing", { ErrorEquals: ["A"], IntervalSeconds: 0 }, "has a 'IntervalSeconds' that is not a number from 1 to 99999999"],
  ["half an interval", { ErrorEquals: ["A"], IntervalSeconds: 1.5 }, "has a 'IntervalSeconds' that is not an integer"],
  [
    "an expression as a number of attempts",
    { ErrorEquals: ["A"], MaxAttempts: "{% 1 %}" },
    "has a 'MaxAttempts' that is not a number from 0 to 99999999",
  ],
  ["a falling back-off", { ErrorEquals: ["A"], BackoffRate: 0.9 }, "has a 'BackoffRate' that is not a number from 1 to 99999999"],
  [
    "a greatest delay below the interval",
    { ErrorEquals: ["A"], IntervalSeconds: 5, MaxDelaySeconds: 5 },
    "has a 'MaxDelaySeconds' that is not greater than its 'IntervalSeconds'",
  ],
  ["another jitter", { ErrorEquals: ["A"], JitterStrategy: "HALF" }, "has the 'JitterStrategy' 'HALF', which is neither FULL nor NONE"],
  ["an unknown field", { ErrorEquals: ["A"], Attempts: 1 }, "has the field 'Attempts', which is not known there"],
])("refuses a retrier with %s", (_, retrier, reason) => {
  const message = refusal(state(task("f", { End: true, Retry: [retrier, { ErrorEquals: ["B"] }] })));

  expect(message).toBe(`Retry[0] of state 'X' ${reason}.`);
});

test.each([
  ["a Wait without a time", { Type: "Wait", End: true }, "State 'X' needs either 'Seconds' or 'Timestamp'."],
  [
    "a Wait with two times",
    { Type: "Wait", Seconds: 1, Timestamp: "2026-01-31T12:00:00Z", End: true },
    "State 'X' needs either 'Seconds' or 'Timestamp'.",
  ],
  [
    "a Wait for less than nothing",
    { Type: "Wait", Seconds: -1, End: true },
    "State 'X' has a 'Seconds' that is neither an integer from 0 to 99999999 nor a JSONata expression.",
  ],
  [
    "a Wait for a day without a time",
    { Type: "Wait", Timestamp: "2026-01-31", End: true },
    "State 'X' has a 'Timestamp' that is neither a timestamp such as 2026-01-31T12:00:00Z nor a JSONata expression.",
  ],
  ["a Choice without rules", { Type: "Choice", Choices: [], Default: "X" }, "State 'X' has no 'Choices'."],
  [
    "a rule without a condition",
    { Type: "Choice", Choices: [{ Next: "X" }] },
    "Choices[0] of state 'X' has no 'Condition' that is a JSONata expression.",
  ],
  [
    "a rule with a literal",
    { Type: "Choice", Choices: [{ Condition: true, Next: "X" }] },
    "Choices[0] of state 'X' has no 'Condition' that is a JSONata expression.",
  ],
  [
    "a rule in JSONPath",
    { Type: "Choice", Choices: [{ Condition: "{% true %}", Variable: "$.a", Next: "X" }] },
    "Choices[0] of state 'X' has the field 'Variable' of JSONPath, and only JSONata is supported here.",
  ],
  ["a Fail that goes on", { Type: "Fail", Next: "X" }, "State 'X' has the field 'Next', which is not known there."],
  [
    "a Fail with a number as its cause",
    { Type: "Fail", Cause: 1 },
    "State 'X' has a 'Cause' that is neither a string nor a JSONata expression.",
  ],
  ["a Parallel without branches", { Type: "Parallel", Branches: [], End: true }, "State 'X' has no 'Branches'."],
  ["a Map without a processor", { Type: "Map", End: true }, "ItemProcessor of state 'X' is not a JSON object."],
  [
    "a Map over an object",
    { Type: "Map", Items: {}, ItemProcessor: inner, End: true },
    "State 'X' has a 'Items' that is neither an array nor a JSONata expression.",
  ],
  [
    "a Map that tolerates less than nothing",
    { Type: "Map", ToleratedFailureCount: -1, ItemProcessor: inner, End: true },
    "State 'X' has a 'ToleratedFailureCount' that is neither an integer from 0 to 99999999 nor a JSONata expression.",
  ],
  [
    "a Map that tolerates more than all",
    { Type: "Map", ToleratedFailurePercentage: 100.5, ItemProcessor: inner, End: true },
    "State 'X' has a 'ToleratedFailurePercentage' that is neither a number from 0 to 100 nor a JSONata expression.",
  ],
  [
    "a heartbeat that is not faster than the time-out",
    { Type: "Task", Resource: invoke, TimeoutSeconds: 5, HeartbeatSeconds: 5, End: true },
    "State 'X' has a 'HeartbeatSeconds' that is not smaller than its 'TimeoutSeconds'.",
  ],
  [
    "an assignment of a reserved name",
    { ...pass, Assign: { states: 1 } },
    "State 'X' assigns 'states', which cannot be the name of a variable.",
  ],
  [
    "an assignment of something that is no name",
    { ...pass, Assign: { "a-b": 1 } },
    "State 'X' assigns 'a-b', which cannot be the name of a variable.",
  ],
  ["an Assign that is an expression", { ...pass, Assign: "{% {} %}" }, "State 'X' has a 'Assign' that is not a JSON object."],
])("refuses %s", (_, fields, sentence) => {
  const message = refusal(state(fields));

  expect(message).toBe(sentence);
});

const clash = "State 'Inner' assigns 'total', which belongs to an outer scope.";
const total = { Assign: { total: 0 } };
const catching = { Catch: [{ ErrorEquals: ["States.ALL"], ...total, Next: "Caught" }] };

test.each([
  ["the state's own Assign", total, {}, clash],
  ["the state's own Catch", catching, {}, "is taken"],
  ["the state's own Assign and Catch", { ...total, ...catching }, {}, clash],
  ["another state of the outer scope", catching, total, clash],
])("an inner scope that assigns a variable of %s", (_, fields, caught, sentence) => {
  const P = { Type: "Parallel", Branches: [only({ ...pass, ...total }, "Inner")], ...fields, End: true };
  const States = { P, ...("Catch" in fields && { Caught: { ...pass, ...caught } }) };

  const message = refusal(jsonata({ StartAt: "P", States }));

  expect(message).toBe(sentence);
});
