import { expect, test } from "vitest";
import { Bench, failing, only, task } from "./state-machine.ts";

const start = Date.UTC(2026, 0, 31, 12);
const retried = (retriers: readonly object[]) => only(task("f", { Retry: retriers, End: true }));
const hour = 3_600_000;
const always = (name: string) => failing(Array(1_000).fill(name));

/** Seconds after the start at which each attempt began. */
const attemptsOf = (bench: Bench) =>
  bench.events.filter(({ type }) => type === "TaskScheduled").map(({ event_timestamp }) => (Number(event_timestamp) - start) / 1000);

test.each([
  ["by default three times, after 1, 2 and 4 seconds", {}, [0, 1, 3, 7]],
  ["at its own interval and rate", { IntervalSeconds: 3, BackoffRate: 1, MaxAttempts: 2 }, [0, 3, 6]],
  ["at a rate that is not an integer", { IntervalSeconds: 2, BackoffRate: 1.5, MaxAttempts: 3 }, [0, 2, 5, 9.5]],
  ["never with MaxAttempts 0", { MaxAttempts: 0 }, [0]],
  ["never later than MaxDelaySeconds", { IntervalSeconds: 2, MaxDelaySeconds: 5, MaxAttempts: 4 }, [0, 2, 6, 11, 16]],
  ["without jitter where it says NONE", { JitterStrategy: "NONE", MaxAttempts: 2 }, [0, 1, 3]],
  ["at a random part of the delay with FULL jitter", { JitterStrategy: "FULL", IntervalSeconds: 4, MaxAttempts: 2 }, [0, 1, 3]],
])("retries %s", async (_, fields, seconds) => {
  const bench = new Bench(retried([{ ErrorEquals: ["Boom"], ...fields }]), { runTask: always("Boom"), random: () => 0.25 });

  const outcome = await bench.executeFor(hour);

  expect(outcome).toEqual({ status: "FAILED", error: "Boom", cause: "cause of Boom" });
  expect(attemptsOf(bench)).toEqual(seconds);
});

test("each retrier counts by itself", async () => {
  const bench = new Bench(
    retried([
      { ErrorEquals: ["A"], MaxAttempts: 2, IntervalSeconds: 1 },
      { ErrorEquals: ["B"], MaxAttempts: 1, IntervalSeconds: 10 },
    ]),
    {
      runTask: failing(["A", "B", "A"], "done"),
    },
  );

  const outcome = await bench.executeFor(hour);

  expect(outcome).toEqual({ status: "SUCCEEDED", output: "done" });
  expect(attemptsOf(bench)).toEqual([0, 1, 11, 13]);
});

test("an exhausted retrier does not hand the error on to the next one", async () => {
  const bench = new Bench(
    retried([
      { ErrorEquals: ["A"], MaxAttempts: 1 },
      { ErrorEquals: ["States.ALL"], MaxAttempts: 5 },
    ]),
    { runTask: always("A") },
  );

  const outcome = await bench.executeFor(hour);

  expect(outcome.status).toBe("FAILED");
  expect(attemptsOf(bench)).toEqual([0, 1]);
});

test("what is left after the retries goes to the catchers", async () => {
  const state = task("f", {
    Retry: [{ ErrorEquals: ["States.ALL"], MaxAttempts: 1 }],
    Catch: [{ ErrorEquals: ["States.ALL"], Next: "Caught" }],
    End: true,
  });
  const bench = new Bench(
    { StartAt: "X", States: { X: state, Caught: { Type: "Succeed", Output: { caught: true } } } },
    { runTask: always("A") },
  );

  const outcome = await bench.executeFor(hour);

  expect(outcome).toEqual({ status: "SUCCEEDED", output: { caught: true } });
  expect(bench.requests).toHaveLength(2);
});

test("the counts restart at each entry into the state", async () => {
  const state = task("f", { Retry: [{ ErrorEquals: ["A"], MaxAttempts: 1 }], Output: "{% $states.result %}", Next: "Again" });
  const Again = { Type: "Choice", Choices: [{ Condition: "{% $states.input = 'first' %}", Next: "X" }], Default: "End" };
  const answers = ["A", "first", "A", "second"];
  const bench = new Bench(
    { StartAt: "X", States: { X: state, Again, End: { Type: "Succeed" } } },
    {
      runTask: async (request) => {
        const answer = answers.shift() ?? "";
        return answer === "A" ? failing(["A"])(request) : answer;
      },
    },
  );

  const outcome = await bench.executeFor(hour);

  expect(outcome).toEqual({ status: "SUCCEEDED", output: "second" });
});

test("the context object counts the retries", async () => {
  const bench = new Bench(retried([{ ErrorEquals: ["A"] }]), { runTask: failing(["A", "A"]) });

  await bench.executeFor(hour);

  expect(bench.requests.map(({ context }) => context.State.RetryCount)).toEqual([0, 1, 2]);
});

test("the arguments are evaluated again for each attempt", async () => {
  const Arguments = { FunctionName: "f", Payload: "{% $states.context.State.RetryCount %}" };
  const state = task("f", { Arguments, Retry: [{ ErrorEquals: ["A"] }], End: true });
  const bench = new Bench(only(state), { runTask: failing(["A"]) });

  await bench.executeFor(hour);

  expect(bench.requests.map((request) => request.arguments)).toMatchObject([{ Payload: 0 }, { Payload: 1 }]);
});

test("a time-out is retried as any error", async () => {
  let calls = 0;
  const state = task("f", { TimeoutSeconds: 10, Retry: [{ ErrorEquals: ["States.Timeout"], MaxAttempts: 1 }], End: true });
  const bench = new Bench(only(state), { runTask: () => (calls++ === 0 ? new Promise(() => undefined) : Promise.resolve("late")) });

  const outcome = await bench.executeFor(hour);

  expect(outcome).toEqual({ status: "SUCCEEDED", output: "late" });
  expect(attemptsOf(bench)).toEqual([0, 11]);
  expect(bench.clock.sleeping).toBe(0);
});
