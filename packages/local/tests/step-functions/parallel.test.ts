import { expect, test } from "vitest";
import { Bench, failing, hanging, only, task } from "./state-machine.ts";

const pass = (Output: unknown) => ({ Type: "Pass", Output, End: true });
const caught = { Catch: [{ ErrorEquals: ["States.ALL"], Next: "Caught" }], End: true };
const withCaught = (state: object) => ({ StartAt: "P", States: { P: state, Caught: { Type: "Succeed" } } });
const failingBranch = only({ Type: "Fail", Error: "Boom", Cause: "It failed." }, "Failing");
const waiting = (Seconds: number, name: string) => only({ Type: "Wait", Seconds, End: true }, name);

test("the result is the branches' outputs, in the order of the branches", async () => {
  const Branches = [
    { StartAt: "A", States: { A: { Type: "Wait", Seconds: 5, Next: "A2" }, A2: pass({ a: "{% $states.input.n %}" }) } },
    only(pass({ b: "{% $states.input.n + 1 %}" }), "B"),
  ];
  const bench = new Bench(only({ Type: "Parallel", Branches, Output: "{% { 'all': $states.result } %}", End: true }));

  const outcome = await bench.executeFor(5_000, { n: 1 });

  expect(outcome).toEqual({ status: "SUCCEEDED", output: { all: [{ a: 1 }, { b: 2 }] } });
});

test("Arguments are every branch's input", async () => {
  const bench = new Bench(
    only({
      Type: "Parallel",
      Arguments: { from: "{% $states.input.n %}" },
      Branches: [only({ Type: "Succeed" }, "A"), only({ Type: "Succeed" }, "B")],
      End: true,
    }),
  );

  const outcome = await bench.execute({ n: 1 });

  expect(outcome).toEqual({ status: "SUCCEEDED", output: [{ from: 1 }, { from: 1 }] });
});

test("one branch that fails stops the others, and their timers and tasks", async () => {
  const slow = {
    StartAt: "Slow",
    States: { Slow: task("slow", { TimeoutSeconds: 100, Next: "After" }), After: { Type: "Pass", End: true } },
  };
  const bad = {
    StartAt: "Wait",
    States: { Wait: { Type: "Wait", Seconds: 1, Next: "Failing" }, Failing: failingBranch.States["Failing"] },
  };
  const bench = new Bench(only({ Type: "Parallel", Branches: [slow, waiting(50, "Long"), bad], End: true }, "P"), { runTask: hanging });

  const outcome = await bench.executeFor(1_000);

  expect(outcome).toEqual({ status: "FAILED", error: "Boom", cause: "It failed." });
  expect(bench.requests[0]?.signal.aborted).toBe(true);
  expect(bench.clock.sleeping).toBe(0);
  expect(bench.chain).toEqual([
    "1 ExecutionStarted < 0",
    "2 ParallelStateEntered < 0",
    "3 ParallelStateStarted < 2",
    "4 TaskStateEntered < 3",
    "5 WaitStateEntered < 3",
    "6 WaitStateEntered < 3",
    "7 TaskScheduled < 4",
    "8 TaskStarted < 7",
    "9 WaitStateExited < 6",
    "10 FailStateEntered < 9",
    "11 TaskStateAborted < 10",
    "12 WaitStateAborted < 10",
    "13 ParallelStateFailed < 10",
    "14 ExecutionFailed < 13",
  ]);
});

test.each([["States.ALL"], ["States.TaskFailed"], ["States.BranchFailed"], ["Boom"]])(
  "a catcher for %s takes a branch's Fail, which keeps its name",
  async (name) => {
    const bench = new Bench(
      withCaught({ Type: "Parallel", Branches: [failingBranch], Catch: [{ ErrorEquals: [name], Next: "Caught" }], End: true }),
    );

    const outcome = await bench.execute();

    expect(outcome).toEqual({ status: "SUCCEEDED", output: { Error: "Boom", Cause: "It failed." } });
  },
);

test("what cannot be caught in a branch cannot be caught around it", async () => {
  const bench = new Bench(withCaught({ Type: "Parallel", Branches: [only(task("f"), "T")], ...caught }), {
    runTask: failing(["States.Runtime"]),
  });

  const outcome = await bench.execute();

  expect(outcome).toMatchObject({ status: "FAILED", error: "States.Runtime" });
});

test("Retry runs every branch again", async () => {
  const Branches = [only(task("f"), "A"), only(task("g"), "B")];
  const bench = new Bench(only({ Type: "Parallel", Branches, Retry: [{ ErrorEquals: ["Boom"] }], End: true }), {
    runTask: failing(["Boom"], "ok"),
  });

  const outcome = await bench.executeFor(1_000);

  expect(outcome).toEqual({ status: "SUCCEEDED", output: ["ok", "ok"] });
  expect(bench.requests.map(({ context }) => context.State.Name)).toEqual(["A", "B", "A", "B"]);
});

test("branches read the variables around them and keep their own to themselves", async () => {
  const branch = (name: string) => ({
    StartAt: name,
    States: {
      [name]: { Type: "Pass", Assign: { own: "{% $outer & '-' & $states.context.State.Name %}" }, Next: `${name}2` },
      [`${name}2`]: pass({ v: "{% $own %}" }),
    },
  });
  const bench = new Bench({
    StartAt: "A",
    States: {
      A: { Type: "Pass", Assign: { outer: "o" }, Next: "P" },
      P: { Type: "Parallel", Branches: [branch("L"), branch("R")], Next: "Z" },
      Z: pass({ result: "{% $states.input.v %}", own: "{% $exists($own) %}" }),
    },
  });

  const outcome = await bench.execute();

  expect(outcome).toEqual({ status: "SUCCEEDED", output: { result: ["o-L", "o-R"], own: false } });
});

test("a branch that fails stops a Parallel state inside of another branch", async () => {
  const nested = only({ Type: "Parallel", Branches: [waiting(50, "Deep")], End: true }, "Nested");
  const bad = {
    StartAt: "Wait",
    States: { Wait: { Type: "Wait", Seconds: 1, Next: "Failing" }, Failing: failingBranch.States["Failing"] },
  };
  const bench = new Bench(withCaught({ Type: "Parallel", Branches: [nested, bad], ...caught }));

  const outcome = await bench.executeFor(1_000);

  expect(outcome).toEqual({ status: "SUCCEEDED", output: { Error: "Boom", Cause: "It failed." } });
  expect(bench.events.map(({ type }) => type)).toContain("ParallelStateAborted");
  expect(bench.clock.sleeping).toBe(0);
});
