import { describe, expect, test } from "vitest";
import { type ExecutionView, statusOf, viewOf } from "../../console/model/execution-view.ts";
import { StatesError } from "../../step-functions/errors.ts";
import type { ExecutionEvent } from "../../step-functions/events.ts";
import type { TaskIntegration } from "../../step-functions/thread.ts";
import { Bench, hanging, only, task } from "../step-functions/state-machine.ts";

/** The view of what a machine has recorded; times are since its start. */
function viewOfBench({ events }: Bench): ExecutionView {
  return viewOf(events as [ExecutionEvent, ...ExecutionEvent[]]);
}

const visitsOf = (bench: Bench) =>
  viewOfBench(bench).visits.map(({ state, status, iteration, attempts }) => [
    ...(iteration === undefined ? [state] : [`${state} ${iteration}`]),
    status,
    ...attempts.map((attempt) => attempt.status),
  ]);

const retried = { Retry: [{ ErrorEquals: ["Again"], MaxAttempts: 2, IntervalSeconds: 3 }] };
const caught = { Catch: [{ ErrorEquals: ["States.ALL"], Next: "Tail" }] };

test("a state that succeeds at once", async () => {
  const bench = new Bench(only(task("work"), "Work"));

  await bench.execute({ jobId: "j-1" });

  expect(viewOfBench(bench)).toMatchObject({ status: "succeeded", input: '{"jobId":"j-1"}' });
  expect(visitsOf(bench)).toEqual([["Work", "succeeded", "succeeded"]]);
});

test("attempts are kept apart, with the wait between them", async () => {
  let calls = 0;
  const runTask = () => (++calls < 3 ? Promise.reject(new StatesError("Again", "not yet")) : Promise.resolve({}));
  const bench = new Bench(only(task("work", { ...retried, End: true }), "Work"), { runTask });
  const ended = bench.execute({});
  await bench.clock.advance(60_000);
  await ended;

  const [visit] = viewOfBench(bench).visits;

  expect(visitsOf(bench)).toEqual([["Work", "succeeded", "failed", "failed", "succeeded"]]);
  expect(visit?.attempts[0]).toMatchObject({ error: "Again", cause: "not yet" });
  expect((visit?.attempts[1]?.scheduledAt ?? 0) - (visit?.attempts[0]?.endedAt ?? 0)).toBe(3_000);
});

test("a caught error is not a failure of the execution", async () => {
  const bench = new Bench(
    { StartAt: "Work", States: { Work: task("work", { ...caught, End: true }), Tail: { Type: "Pass", End: true } } },
    { runTask: () => Promise.reject(new StatesError("Broken", "for good")) },
  );

  await bench.execute({});

  expect(viewOfBench(bench).status).toBe("succeeded");
  expect(visitsOf(bench)).toEqual([
    ["Work", "caught", "failed"],
    ["Tail", "succeeded"],
  ]);
});

test("an error that nothing catches fails the state and the execution", async () => {
  const bench = new Bench(only(task("work"), "Work"), { runTask: () => Promise.reject(new StatesError("Broken", "for good")) });

  await bench.execute({});

  expect(viewOfBench(bench)).toMatchObject({ status: "failed", error: "Broken", cause: "for good" });
  expect(visitsOf(bench)).toEqual([["Work", "failed", "failed"]]);
});

test("what runs is running, and what waits for its function is waiting", async () => {
  const bench = new Bench(only(task("work"), "Work"), { runTask: hanging });
  void bench.execute({});
  await bench.clock.advance(0);

  const seen = viewOfBench(bench);
  const scheduled = viewOf(bench.events.slice(0, 3) as [ExecutionEvent, ...ExecutionEvent[]]);

  expect([seen.status, seen.visits[0]?.status, seen.visits[0]?.attempts[0]?.status]).toEqual(["running", "running", "running"]);
  expect(scheduled.visits[0]?.attempts[0]?.status).toBe("waiting");
});

describe("groups", () => {
  const items = (more: object = {}) => ({ Type: "Map", ItemProcessor: only(task("work"), "Item"), Next: "Tail", ...more });
  const withTail = (state: object) => ({ StartAt: "Group", States: { Group: state, Tail: { Type: "Pass", End: true } } });

  test("each item of a Map is a passage of its own, and the Map counts them", async () => {
    const bench = new Bench(withTail(items()));

    await bench.execute([1, 2, 3]);

    expect(visitsOf(bench)).toEqual([
      ["Group", "succeeded"],
      ["Item 0", "succeeded", "succeeded"],
      ["Item 1", "succeeded", "succeeded"],
      ["Item 2", "succeeded", "succeeded"],
      ["Tail", "succeeded"],
    ]);
    expect(viewOfBench(bench).visits[0]?.items).toEqual({ all: 3, ended: 3 });
  });

  test("an empty Map is left as it was entered", async () => {
    const bench = new Bench(withTail(items()));

    await bench.execute([]);

    expect(visitsOf(bench)).toEqual([
      ["Group", "succeeded"],
      ["Tail", "succeeded"],
    ]);
  });

  test("the first item that fails stops the others, and the Map's Catch has it", async () => {
    const runTask: TaskIntegration = (request) =>
      JSON.stringify(request.arguments).includes('"bad"') ? Promise.reject(new StatesError("Broken", "bad")) : hanging(request);
    const item = task("work", { Arguments: { FunctionName: "work", Payload: "{% $states.input %}" }, End: true });
    const bench = new Bench(withTail(items({ ...caught, ItemProcessor: only(item, "Item") })), { runTask });

    await bench.execute(["slow", "bad", "slow"]);

    expect(visitsOf(bench).map(([name, status]) => [name, status])).toEqual([
      ["Group", "caught"],
      ["Item 0", "aborted"],
      ["Item 1", "failed"],
      ["Item 2", "aborted"],
      ["Tail", "succeeded"],
    ]);
  });

  test("a Map in a Map, and branches of a Parallel state, are left to the state around them", async () => {
    const inner = { Type: "Map", ItemProcessor: only(task("work"), "Cell"), End: true };
    const outer = { Type: "Map", ItemProcessor: only(inner, "Row"), End: true };
    const bench = new Bench(
      withTail({ Type: "Parallel", Branches: [only(outer, "Table"), only({ Type: "Pass", End: true }, "Side")], Next: "Tail" }),
    );

    await bench.execute([[1, 2], [3]]);

    const visits = visitsOf(bench);
    expect(visits.every(([, status]) => status === "succeeded")).toBe(true);
    expect(visits.map(([name]) => name).sort()).toEqual(
      ["Group", "Table", "Side", "Row 0", "Row 1", "Cell 0", "Cell 1", "Cell 0", "Tail"].sort(),
    );
    expect(visits.at(-1)).toEqual(["Tail", "succeeded"]);
  });
});

test("the worst of several passages is what a drawing shows", () => {
  expect(statusOf([])).toBeUndefined();
  const visit = { id: 1, state: "A", type: "Task", enteredAt: 0, attempts: [] };
  expect(
    statusOf([
      { ...visit, status: "succeeded" },
      { ...visit, status: "failed" },
    ]),
  ).toBe("failed");
  expect(
    statusOf([
      { ...visit, status: "succeeded" },
      { ...visit, status: "running" },
    ]),
  ).toBe("running");
});
