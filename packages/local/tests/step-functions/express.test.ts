import { expect, test } from "vitest";
import { Bench, hanging, only, task } from "./state-machine.ts";

const limit = 262_144;
/** A string whose JSON text is `bytes` long: two-byte letters between the quotes. */
const textOf = (bytes: number) => "é".repeat((bytes - 2) / 2);
const withCaught = (state: object) => ({ StartAt: "X", States: { X: state, Caught: { Type: "Succeed" } } });
const caught = (name: string) => ({ Catch: [{ ErrorEquals: [name], Next: "Caught" }], End: true });
const tooLarge = (what: string, name = "X") =>
  `The state/task '${name}' ${what} with a size exceeding the maximum number of bytes service limit.`;

test("an execution ends after five minutes, uncaught and unretried", async () => {
  const state = task("f", { TimeoutSeconds: 999, Retry: [{ ErrorEquals: ["States.ALL"] }], ...caught("States.Timeout") });
  const bench = new Bench(withCaught(state), { runTask: hanging });

  const outcome = await bench.executeFor(300_000);

  expect(outcome).toEqual({ status: "TIMED_OUT", error: "States.Timeout", cause: "" });
  expect(bench.chain.at(-1)).toBe("5 ExecutionTimedOut < 0");
  expect(bench.details("ExecutionTimedOut")).toEqual([{ error: "States.Timeout" }]);
  expect(bench.requests[0]?.signal.aborted).toBe(true);
  expect(bench.clock.sleeping).toBe(0);
});

test.each([
  [20, 20_000],
  [900, 300_000],
])("the definition's TimeoutSeconds of %i counts if it is the smaller one", async (TimeoutSeconds, milliseconds) => {
  const bench = new Bench({ TimeoutSeconds, ...only({ Type: "Wait", Seconds: 1_000, End: true }) });

  const outcome = await bench.executeFor(milliseconds);

  expect(outcome.status).toBe("TIMED_OUT");
  expect(Number(bench.events.at(-1)?.event_timestamp)).toBe(Date.UTC(2026, 0, 31, 12) + milliseconds);
  expect(bench.clock.sleeping).toBe(0);
});

test("a loop of states that never wait is ended, too", async () => {
  const Again = { Type: "Choice", Choices: [{ Condition: "{% false %}", Next: "End" }], Default: "Again" };
  const bench = new Bench({ TimeoutSeconds: 1, StartAt: "Again", States: { Again, End: { Type: "Succeed" } } });

  const outcome = await bench.executeFor(1_000);

  expect(outcome.status).toBe("TIMED_OUT");
});

test("a time-out in the middle of a Parallel state's branches stops them all", async () => {
  const Branches = [
    only({ Type: "Wait", Seconds: 600, End: true }, "A"),
    only({ Type: "Map", Items: [1, 2], ItemProcessor: only(task("f"), "C"), End: true }, "B"),
  ];
  const bench = new Bench(only({ Type: "Parallel", Branches, End: true }), { runTask: hanging });

  const outcome = await bench.executeFor(300_000);

  expect(outcome.status).toBe("TIMED_OUT");
  expect(bench.requests.map(({ signal }) => signal.aborted)).toEqual([true, true]);
  expect(bench.events.at(-1)?.type).toBe("ExecutionTimedOut");
  expect(bench.clock.sleeping).toBe(0);
});

test("an abort from outside ends the execution at once", async () => {
  const stop = new AbortController();
  const bench = new Bench(withCaught(task("f", caught("States.ALL"))), { runTask: hanging });
  const execution = bench.execute({}, stop.signal);
  await bench.clock.advance(1_000);

  stop.abort();
  const outcome = await execution;
  await bench.clock.advance(1_000);

  expect(outcome).toEqual({ status: "ABORTED", error: "", cause: "" });
  expect(bench.chain.at(-1)).toBe("5 ExecutionAborted < 0");
  expect(bench.requests[0]?.signal.aborted).toBe(true);
  expect(bench.clock.sleeping).toBe(0);
});

test("an execution that was aborted before it began does nothing", async () => {
  const bench = new Bench(only(task("f")));

  const outcome = await bench.execute({}, AbortSignal.abort());

  expect(outcome.status).toBe("ABORTED");
  expect(bench.requests).toEqual([]);
  expect(bench.clock.sleeping).toBe(0);
});

test("executions of one machine may overlap", async () => {
  const bench = new Bench({
    StartAt: "W",
    States: {
      W: { Type: "Wait", Seconds: "{% $states.input %}", Assign: { mine: "{% $states.input %}" }, Next: "X" },
      X: { Type: "Pass", Output: "{% $mine %}", End: true },
    },
  });

  const outcomes = Promise.all([bench.execute(3), bench.execute(1), bench.execute(2)]);
  await bench.clock.advance(3_000);

  expect(await outcomes).toEqual([3, 1, 2].map((output) => ({ status: "SUCCEEDED", output })));
});

test("an input of 262,144 bytes is taken, and one of two more is not", async () => {
  const fits = await new Bench(only({ Type: "Succeed" })).execute(textOf(limit));
  const refused = await new Bench(only({ Type: "Succeed" })).execute(textOf(limit + 2));

  expect(fits.status).toBe("SUCCEEDED");
  expect(refused).toEqual({ status: "FAILED", error: "States.DataLimitExceeded", cause: tooLarge("received an input") });
});

test.each([
  ["its arguments", { Arguments: { FunctionName: "f", Payload: "{% [$states.input, $states.input] %}" } }, "was given arguments"],
  ["its output", { Output: { twice: "{% [$states.input, $states.input] %}" } }, "returned a result"],
  ["what it assigns", { Assign: { twice: "{% [$states.input, $states.input] %}" }, Output: {} }, "returned a result"],
])("the limit on %s cannot be caught, by any name", async (_, fields, what) => {
  const bench = new Bench(withCaught({ ...task("f"), ...fields, ...caught("States.DataLimitExceeded") }));

  const outcome = await bench.execute(textOf(limit - 100));

  expect(outcome).toEqual({ status: "FAILED", error: "States.DataLimitExceeded", cause: tooLarge(what) });
});

test.each([
  ["States.DataLimitExceeded", "SUCCEEDED"],
  ["States.ALL", "SUCCEEDED"],
  ["States.TaskFailed", "FAILED"],
])("a task's result over the limit and a catcher for %s: %s", async (name, status) => {
  const bench = new Bench(withCaught(task("f", caught(name))), { runTask: async () => textOf(limit + 2) });

  const outcome = await bench.execute();

  expect(outcome.status).toBe(status);
  expect(bench.details("TaskFailed")).toEqual([
    { cause: tooLarge("returned a result", "lambda"), error: "States.DataLimitExceeded", resource: "invoke", resourceType: "lambda" },
  ]);
});

test("a function that is named by its ARN gives its ARN to the cause", async () => {
  const Resource = "arn:aws:lambda:eu-central-1:111111111111:function:ocr";
  const bench = new Bench(only({ Type: "Task", Resource, End: true }), { runTask: async () => textOf(limit + 2) });

  const outcome = await bench.execute();

  expect(outcome).toEqual({ status: "FAILED", error: "States.DataLimitExceeded", cause: tooLarge("returned a result", Resource) });
});

test.each([
  ["Parallel", { Type: "Parallel", Branches: [only({ Type: "Succeed" }, "A"), only({ Type: "Succeed" }, "B")] }],
  ["Map", { Type: "Map", Items: [1, 2], ItemSelector: "{% $states.input %}", ItemProcessor: only({ Type: "Succeed" }, "A") }],
])("the results of %s count together", async (_, state) => {
  const bench = new Bench(withCaught({ ...state, ...caught("States.DataLimitExceeded") }));

  const outcome = await bench.execute(textOf(limit / 2 + 100));

  expect(outcome).toEqual({ status: "SUCCEEDED", output: { Error: "States.DataLimitExceeded", Cause: tooLarge("returned a result") } });
});

test("a limit that cannot be caught in a branch cannot be caught around it", async () => {
  const branch = only({ Type: "Pass", Output: { twice: "{% [$states.input, $states.input] %}" }, End: true }, "A");
  const bench = new Bench(withCaught({ Type: "Parallel", Branches: [branch], ...caught("States.DataLimitExceeded") }));

  const outcome = await bench.execute(textOf(limit - 100));

  expect(outcome).toMatchObject({ status: "FAILED", error: "States.DataLimitExceeded" });
});

test("all variables together have 10 MiB, each counted as it is", async () => {
  const assigning = (name: string, Next: string) => ({ Type: "Pass", Assign: { [name]: "{% $states.input %}" }, Next });
  const chain = (names: readonly string[]) => {
    const states = names.map((name, index) => [`S${index}`, assigning(name, index + 1 < names.length ? `S${index + 1}` : "End")] as const);
    return { StartAt: "S0", States: { ...Object.fromEntries(states), End: { Type: "Succeed", Output: {} } } };
  };
  const input = textOf(limit - 100);

  const sameName = await new Bench(chain(Array(42).fill("a"))).execute(input);
  const fits = await new Bench(chain(Array.from({ length: 40 }, (_, index) => `größe${index}`))).execute(input);
  const tooMany = await new Bench(chain(Array.from({ length: 41 }, (_, index) => `v${index}`))).execute(input);

  expect([sameName.status, fits.status]).toEqual(["SUCCEEDED", "SUCCEEDED"]);
  expect(tooMany).toEqual({
    status: "FAILED",
    error: "States.DataLimitExceeded",
    cause: "The variables together are larger than 10485760 bytes.",
  });
});
