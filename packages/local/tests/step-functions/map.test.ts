import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { StatesError } from "../../step-functions/errors.ts";
import { Bench, hanging, only, task } from "./state-machine.ts";

const map = (ItemProcessor: object, more: object = { End: true }) => only({ Type: "Map", ItemProcessor, ...more }, "M");
const echo = only({ Type: "Succeed" }, "Echo");

test("Map runs its processor for each item of its input, in an array of the same order", async () => {
  const processor = only({ Type: "Pass", Output: "{% $states.input * 2 %}", End: true }, "Double");
  const bench = new Bench(map(processor));

  const outcome = await bench.execute([1, 2, 3]);

  expect(outcome).toEqual({ status: "SUCCEEDED", output: [2, 4, 6] });
});

test.each([
  ["an expression", "{% $states.input.list %}", ["a", "b"]],
  ["a literal with expressions", [1, "{% $states.input.list[0] %}"], [1, "a"]],
  ["nothing at all", [], []],
])("Items may be %s", async (_, Items, output) => {
  const bench = new Bench(map(echo, { Items, End: true }));

  const outcome = await bench.execute({ list: ["a", "b"] });

  expect(outcome).toEqual({ status: "SUCCEEDED", output });
});

test("ItemSelector makes each iteration's input from the item, its index and the state's input", async () => {
  const ItemSelector = {
    i: "{% $states.context.Map.Item.Index %}",
    v: "{% $states.context.Map.Item.Value %}",
    all: "{% $states.input.all %}",
  };
  const bench = new Bench(map(echo, { Items: "{% $states.input.list %}", ItemSelector, End: true }));

  const outcome = await bench.execute({ list: ["a", "b"], all: true });

  expect(outcome).toEqual({
    status: "SUCCEEDED",
    output: [
      { i: 0, v: "a", all: true },
      { i: 1, v: "b", all: true },
    ],
  });
});

test("the states of an iteration see its item in the context object", async () => {
  const processor = only({ Type: "Pass", Output: "{% $states.context.Map.Item %}", End: true }, "See");
  const bench = new Bench(
    map(processor, { Output: { items: "{% $states.result %}", outside: "{% $exists($states.context.Map) %}" }, End: true }),
  );

  const outcome = await bench.execute(["a"]);

  expect(outcome).toEqual({ status: "SUCCEEDED", output: { items: [{ Index: 0, Value: "a", Source: "STATE_DATA" }], outside: false } });
});

test.each([
  [
    "{% { 'a': 1 } %}",
    "The JSONata expression '{ 'a': 1 }' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was 'object' for value: {\"a\":1}",
  ],
  [
    "{% 'a' %}",
    "The JSONata expression ''a'' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was 'string' for value: \"a\"",
  ],
  [undefined, "Map state input must be an array but was: object"],
])("Items must be an array: %s", async (Items, sentence) => {
  const bench = new Bench(map(echo, { Items, End: true }));

  const outcome = await bench.execute({});

  expect(outcome).toEqual({
    status: "FAILED",
    error: "States.QueryEvaluationError",
    cause: `An error occurred while executing the state 'M' (entered at the event id #2). ${sentence}`,
  });
  expect(bench.chain.slice(-3)).toEqual(["3 EvaluationFailed < 2", "4 MapStateFailed < 3", "5 ExecutionFailed < 4"]);
});

test.each([
  ["one after the other", 1, 3],
  ["two at a time", "{% $states.input.limit %}", 2],
  ["all at once", 0, 1],
])("MaxConcurrency runs them %s", async (_, MaxConcurrency, rounds) => {
  const processor = only({ Type: "Wait", Seconds: 10, End: true }, "Ten");
  const bench = new Bench(map(processor, { Items: [1, 2, 3], MaxConcurrency, End: true }));

  const outcome = await bench.executeFor(rounds * 10_000, { limit: 2 });

  const last = bench.events.at(-1);
  expect(outcome.status).toBe("SUCCEEDED");
  expect(Number(last?.event_timestamp)).toBe(Date.UTC(2026, 0, 31, 12) + rounds * 10_000);
});

test("no more than 40 run at a time, whatever MaxConcurrency says", async () => {
  const processor = only({ Type: "Wait", Seconds: 10, End: true }, "Ten");
  const bench = new Bench(map(processor, { MaxConcurrency: 100, End: true }));

  const outcome = bench.execute(Array(41).fill(0));
  await bench.clock.advance(9_000);

  expect(bench.details("MapIterationStarted")).toHaveLength(40);
  await bench.clock.advance(11_000);
  expect((await outcome).status).toBe("SUCCEEDED");
});

test("an iteration that fails stops the others, in the words of the event log", async () => {
  const bench = new Bench(map(only(task("f", { TimeoutSeconds: 100, End: true }), "T"), { MaxConcurrency: 2, End: true }), {
    runTask: (request) =>
      request.context.Map?.Item.Index === 1 ? turn().then(() => Promise.reject(new StatesError("Boom", "It failed."))) : hanging(request),
  });

  const outcome = await bench.execute(["a", "b", "c"]);

  expect(outcome).toEqual({ status: "FAILED", error: "Boom", cause: "It failed." });
  expect(bench.requests.map(({ signal }) => signal.aborted)).toEqual([true, false]);
  expect(bench.clock.sleeping).toBe(0);
  expect(bench.chain.slice(-7)).toEqual([
    "12 TaskFailed < 11",
    "13 MapIterationAborted < 12",
    "14 TaskStateAborted < 12",
    "15 MapIterationFailed < 12",
    "16 TaskStateAborted < 12",
    "17 MapStateFailed < 12",
    "18 ExecutionFailed < 17",
  ]);
  expect(bench.details("MapStateStarted")).toEqual([{ length: 3 }]);
  expect(bench.details("MapIterationStarted")).toEqual([
    { index: 0, name: "M" },
    { index: 1, name: "M" },
  ]);
  expect(bench.details("MapIterationFailed")).toEqual([{ index: 1, name: "M" }]);
});

test("Retry runs every iteration again, and Catch takes an iteration's error", async () => {
  const Retry = [{ ErrorEquals: ["Boom"], MaxAttempts: 1 }];
  const Catch = [{ ErrorEquals: ["Boom"], Next: "Caught" }];
  const bench = new Bench({
    StartAt: "M",
    States: {
      M: { Type: "Map", ItemProcessor: only({ Type: "Fail", Error: "Boom" }, "F"), Retry, Catch, End: true },
      Caught: { Type: "Succeed" },
    },
  });

  const outcome = await bench.executeFor(1_000, [1]);

  expect(outcome).toEqual({ status: "SUCCEEDED", output: { Error: "Boom", Cause: "" } });
  expect(bench.details("MapStateStarted")).toHaveLength(2);
  expect(bench.details("MapStateFailed")).toHaveLength(1);
});

test("a Map inside of a Map sees its own item", async () => {
  const inner = {
    Type: "Map",
    ItemProcessor: only({ Type: "Pass", Output: "{% $states.context.Map.Item.Value %}", End: true }, "In"),
    End: true,
  };
  const bench = new Bench(map(only(inner, "Inner")));

  const outcome = await bench.execute([[1, 2], [3]]);

  expect(outcome).toEqual({ status: "SUCCEEDED", output: [[1, 2], [3]] });
});

test("ToleratedFailureCount and ToleratedFailurePercentage are taken and checked, and an inline Map still fails with its first iteration that does", async () => {
  const fails = only({ Type: "Fail", Error: "Boom" }, "F");
  const bench = new Bench(
    map(fails, { ToleratedFailureCount: 2, ToleratedFailurePercentage: "{% $states.context.Execution.Input[0] %}", End: true }),
  );

  const outcomes = [await bench.execute([99.5, 0]), await bench.execute([101, 0])];

  expect(outcomes).toEqual([
    { status: "FAILED", error: "Boom", cause: "" },
    {
      status: "FAILED",
      error: "States.QueryEvaluationError",
      cause:
        "An error occurred while executing the state 'M' (entered at the event id #2). The value 101 for the field 'ToleratedFailurePercentage' is not a number from 0 to 100.",
    },
  ]);
});
