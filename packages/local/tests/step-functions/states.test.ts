import { expect, test } from "vitest";
import { Bench, only } from "./state-machine.ts";

const end = { Type: "Pass", End: true };
const prefix = (state: string, id: number) => `An error occurred while executing the state '${state}' (entered at the event id #${id}). `;

test("Pass goes on to Next, and ends at End", async () => {
  const bench = new Bench({ StartAt: "A", States: { A: { Type: "Pass", Output: { a: 1 }, Next: "B" }, B: end } });

  const outcome = await bench.execute();

  expect(outcome).toEqual({ status: "SUCCEEDED", output: { a: 1 } });
});

test("Succeed ends the execution with its Output", async () => {
  const bench = new Bench(only({ Type: "Succeed", Output: "{% $states.input.a %}" }));

  const outcome = await bench.execute({ a: 3 });

  expect(outcome).toEqual({ status: "SUCCEEDED", output: 3 });
});

test("Fail ends the execution with its Error and Cause, which may be expressions", async () => {
  const bench = new Bench(only({ Type: "Fail", Error: "{% 'Job' & $states.input.code %}", Cause: "It failed." }));

  const outcome = await bench.execute({ code: "Lost" });

  expect(outcome).toEqual({ status: "FAILED", error: "JobLost", cause: "It failed." });
});

test("Fail needs neither Error nor Cause", async () => {
  const bench = new Bench(only({ Type: "Fail" }));

  const outcome = await bench.execute();

  expect(outcome).toEqual({ status: "FAILED", error: "", cause: "" });
  expect(bench.details("ExecutionFailed")).toEqual([{}]);
});

test("Fail takes nothing but strings", async () => {
  const bench = new Bench(only({ Type: "Fail", Error: "{% 404 %}" }));

  const outcome = await bench.execute();

  expect(outcome).toEqual({
    status: "FAILED",
    error: "States.QueryEvaluationError",
    cause: `${prefix("X", 2)}The JSONata expression '404' specified for the field 'Error' returned an unexpected result type. Expected 'string', but was 'number' for value: 404`,
  });
});

test.each([
  ["Seconds", { Seconds: 90 }, 90_000],
  ["Seconds as an expression", { Seconds: "{% $states.input.s %}" }, 7_000],
  ["Timestamp", { Timestamp: "2026-01-31T12:00:30Z" }, 30_000],
  ["Timestamp with fractions and a zone", { Timestamp: "2026-01-31T13:00:00.250+01:00" }, 250],
  ["Timestamp as an expression", { Timestamp: "{% $states.input.t %}" }, 60_000],
])("Wait waits for its %s", async (_, fields, milliseconds) => {
  const bench = new Bench(only({ Type: "Wait", ...fields, End: true }));

  const outcome = await bench.executeFor(milliseconds, { s: 7, t: "2026-01-31T12:01:00Z" });

  const exited = bench.events.find(({ type }) => type === "WaitStateExited");
  expect(outcome.status).toBe("SUCCEEDED");
  expect(Number(exited?.event_timestamp)).toBe(Date.UTC(2026, 0, 31, 12) + milliseconds);
  expect(bench.clock.sleeping).toBe(0);
});

test.each([{ Seconds: 0 }, { Timestamp: "2020-01-01T00:00:00Z" }])("Wait for a time in the past does not wait: %j", async (fields) => {
  const bench = new Bench(only({ Type: "Wait", ...fields, End: true }));

  const outcome = await bench.execute();

  expect(outcome.status).toBe("SUCCEEDED");
});

test.each([
  [
    { Seconds: "{% '5' %}" },
    "The JSONata expression ''5'' specified for the field 'Seconds' returned an unexpected result type. Expected 'number', but was 'string' for value: \"5\"",
  ],
  [{ Seconds: "{% -1 %}" }, "The value -1 for the field 'Seconds' is not an integer from 0 to 99999999."],
  [{ Seconds: "{% 1.5 %}" }, "The value 1.5 for the field 'Seconds' is not an integer from 0 to 99999999."],
  [
    { Timestamp: "{% '2026-01-31' %}" },
    "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: 2026-01-31",
  ],
  [
    { Timestamp: "{% '2026-02-30T12:00:00Z' %}" },
    "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: 2026-02-30T12:00:00Z",
  ],
  [
    { Timestamp: "{% 5 %}" },
    "The JSONata expression '5' specified for the field 'Timestamp' returned an unexpected result type. Expected 'string', but was 'number' for value: 5",
  ],
])("Wait refuses an invalid time: %j", async (fields, sentence) => {
  const bench = new Bench(only({ Type: "Wait", ...fields, End: true }));

  const outcome = await bench.execute();

  expect(outcome).toEqual({ status: "FAILED", error: "States.QueryEvaluationError", cause: prefix("X", 2) + sentence });
});

const rules = [
  { Condition: "{% $states.input.n > 10 %}", Assign: { size: "big" }, Next: "End" },
  { Condition: "{% $states.input.n > 5 %}", Assign: { size: "{% 'middle' %}" }, Next: "End" },
];

test.each([
  [20, { size: "big" }],
  [7, { size: "middle" }],
  [1, { size: "small" }],
])("Choice takes the first rule that holds, or Default: %i", async (n, output) => {
  const bench = new Bench({
    StartAt: "Choose",
    States: {
      Choose: { Type: "Choice", Choices: rules, Assign: { size: "small" }, Default: "End" },
      End: { Type: "Pass", Output: { size: "{% $size %}" }, End: true },
    },
  });

  const outcome = await bench.execute({ n });

  expect(outcome).toEqual({ status: "SUCCEEDED", output });
});

test.each([
  [1, { ruled: 1 }],
  [2, { byDefault: 2 }],
])("a rule's Output replaces the Choice state's, which goes with Default: %i", async (n, output) => {
  const Choices = [{ Condition: "{% $states.input.n = 1 %}", Output: { ruled: "{% $states.input.n %}" }, Next: "End" }];
  const bench = new Bench({
    StartAt: "Choose",
    States: { Choose: { Type: "Choice", Choices, Output: { byDefault: "{% $states.input.n %}" }, Default: "End" }, End: end },
  });

  const outcome = await bench.execute({ n });

  expect(outcome).toEqual({ status: "SUCCEEDED", output });
});

test("a Choice that nothing matches fails with States.Runtime", async () => {
  const bench = new Bench({ StartAt: "Choose", States: { Choose: { Type: "Choice", Choices: rules }, End: end } });

  const outcome = await bench.execute({ n: 1 });

  expect(outcome).toEqual({
    status: "FAILED",
    error: "States.Runtime",
    cause: `${prefix("Choose", 2)}Failed to transition out of the state. The state does not point to a next state.`,
  });
});

test("a Choice that nothing matches in a branch is not caught around it, by any name", async () => {
  const branch = { StartAt: "Choose", States: { Choose: { Type: "Choice", Choices: rules }, End: end } };
  const Catch = ["States.Runtime", "States.ALL"].map((name) => ({ ErrorEquals: [name], Next: "Caught" }));
  const States = { P: { Type: "Parallel", Branches: [branch], Catch, End: true }, Caught: { Type: "Succeed" } };
  const bench = new Bench({ StartAt: "P", States });

  const outcome = await bench.execute({ n: 1 });

  expect(outcome).toMatchObject({ status: "FAILED", error: "States.Runtime" });
});

test("a Condition must be a boolean, and a later one is not evaluated", async () => {
  const Choices = [
    { Condition: "{% $states.input.first %}", Next: "End" },
    { Condition: "{% $states.input.second %}", Next: "End" },
  ];
  const bench = new Bench({ StartAt: "Choose", States: { Choose: { Type: "Choice", Choices }, End: end } });

  const matched = await bench.execute({ first: true, second: "no boolean" });
  const failed = await bench.execute({ first: false, second: "yes" });

  expect(matched.status).toBe("SUCCEEDED");
  expect(failed).toEqual({
    status: "FAILED",
    error: "States.QueryEvaluationError",
    cause: `${prefix("Choose", 2)}The JSONata expression '$states.input.second' specified for the field 'Choices[1]/Condition' returned an unexpected result type. Expected 'boolean', but was 'string' for value: "yes"`,
  });
});
