import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Invocation, InvokeInput, OnWait } from "../../lambda/invocation.ts";
import type { ExpressFaults } from "../../step-functions/faults.ts";
import { ExecutionJournal, type StartedExecution } from "../../step-functions/journal.ts";
import type { ExecutionOutcome } from "../../step-functions/state-machine.ts";
import { StepFunctionsService } from "../../step-functions/step-functions-service.ts";
import { ManualClock } from "../../testing/manual-clock.ts";
import type { Usage } from "../../usage.ts";

const arn = "arn:aws:states:us-east-1:000000000000:stateMachine:process-job";
const invoke = { Type: "Task", Resource: "arn:aws:states:::lambda:invoke" };
/** Two calls of functions, a second's wait between them. */
const twoStages = {
  StartAt: "First",
  States: {
    First: { ...invoke, Arguments: { FunctionName: "first", Payload: ["{% $states.input %}"] }, Next: "Between" },
    Between: { Type: "Wait", Seconds: 1, Output: "{% $states.context.Execution.Input %}", Next: "Second" },
    Second: { ...invoke, Arguments: { FunctionName: "second", Payload: ["{% $states.input %}"] }, End: true },
  },
};
/** A state that catches all that can be caught. */
const catching = (state: object) => {
  const Catch = [{ ErrorEquals: ["States.ALL"], Next: "Caught" }];
  return { StartAt: "X", States: { X: { ...state, Catch, End: true }, Caught: { Type: "Succeed" } } };
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "executions-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Setting {
  readonly definition?: object;
  readonly faults?: Partial<ExpressFaults>;
  readonly journal?: ExecutionJournal;
  readonly invoked?: (functionName: string, event: string, onWait: OnWait | undefined) => Promise<Invocation["outcome"]>;
  /** True where the state machine of the executions is declared. */
  readonly isDeclared?: boolean;
}

/** A service on a journal in the folder, with all that it does: one process's life. */
function createProcess({ definition = twoStages, faults = {}, isDeclared = true, ...setting }: Setting = {}) {
  const clock = new ManualClock();
  const journal = setting.journal ?? new ExecutionJournal(join(folder, "executions.jsonl"));
  const seen = {
    calls: [] as string[],
    ends: [] as [string, ExecutionOutcome["status"]][],
    log: [] as { type: string; execution_arn: string }[],
    traces: [] as string[],
    faults: [] as unknown[],
    diskFaults: [] as unknown[],
    notices: [] as string[],
    usages: [] as Usage[],
  };
  const invoked = setting.invoked ?? (async (): Promise<Invocation["outcome"]> => ({ payload: "{}" }));
  const service = new StepFunctionsService({
    ...{ clock, journal },
    calls: {
      call: async (_, { input }) => {
        const { functionNameOrArn: name, event, onWait } = input as InvokeInput;
        seen.calls.push(`${name} ${JSON.parse(event)}`);
        return { outcome: await invoked(name, event, onWait), version: "1" };
      },
    },
    onFault: (error) => seen.faults.push(error),
    onDiskFault: (error) => seen.diskFaults.push(error),
    onNotice: (sentence) => seen.notices.push(sentence),
    onUsage: (usage) => {
      if (usage.kind === "execution") seen.ends.push([usage.name, usage.status]);
      seen.usages.push(usage);
    },
  });
  service.faults.set(faults);
  if (isDeclared) {
    service.add({
      ...{ name: "process-job", arn, roleArn: "arn:aws:iam::000000000000:role/r", logLevel: "ALL", includeExecutionData: true },
      principal: { roleName: "r", secretAccessKey: "s", policies: [] },
      definition: JSON.stringify({ QueryLanguage: "JSONata", ...definition }),
      writeLog: (line) => seen.log.push(JSON.parse(line)),
      writeTrace: (segment) => seen.traces.push(segment),
    });
  }
  return {
    service,
    clock,
    journal,
    ...seen,
    start: (name: string, input: unknown = name) => service.start(arn, { name, input: JSON.stringify(input) }),
  };
}

const names = (count: number, prefix: string) => Array.from({ length: count }, (_, index) => `${prefix}${index}`);
function resumedBy({ service }: Pick<ReturnType<typeof createProcess>, "service">): number {
  service.resume();
  return service.resumed;
}

/** As if the process were killed here: what it has under way is left, and the next one finds the journal. */
const nextProcess = (setting?: Setting) => createProcess(setting);

test("an execution is in the journal before its start is answered, and leaves it at its end", async () => {
  const { start, journal, clock, ends, calls } = createProcess();

  const { executionArn, startDate } = start("a");
  const before = journal.open;
  await clock.advance(1_000);

  expect(before).toEqual([{ stateMachineArn: arn, executionArn, name: "a", input: '"a"' }]);
  expect(executionArn).toMatch(/^arn:aws:states:us-east-1:000000000000:express:process-job:a:[0-9a-f-]{36}$/);
  expect(startDate).toBe(Date.UTC(2026, 0, 1) / 1_000);
  expect([calls, ends, journal.open]).toEqual([["first a", "second a"], [["a", "SUCCEEDED"]], []]);
});

test("after a crash with 60 executions between states, all begin again, before anything new, and end once", async () => {
  const first = createProcess();
  for (const name of names(60, "old")) first.start(name);
  await first.clock.advance(500);
  expect(first.log.filter(({ type }) => type === "WaitStateEntered")).toHaveLength(60);

  const second = nextProcess();
  second.service.resume();
  second.start("new");
  await second.clock.advance(20_000);

  expect(second.service.resumed).toBe(60);
  expect(second.calls.filter((call) => call.startsWith("first"))).toEqual([...names(60, "first old"), "first new"]);
  expect(second.ends).toEqual([...names(60, "old"), "new"].map((name) => [name, "SUCCEEDED"]));
  expect(nextProcess().journal.open).toEqual([]);
});

test("while a call waits for an environment of this machine, the time of its task and of its execution stands still", async () => {
  const waits: { readonly goOn: () => void; readonly answer: (outcome: Invocation["outcome"]) => void }[] = [];
  const { start, clock, ends, log } = createProcess({
    definition: {
      ...twoStages,
      TimeoutSeconds: 5,
      States: { ...twoStages.States, First: { ...twoStages.States.First, TimeoutSeconds: 2 } },
    },
    invoked: (_, __, onWait) => new Promise((answer) => waits.push({ goOn: onWait?.() ?? (() => undefined), answer })),
  });
  for (const name of ["quick", "slow"]) start(name);
  await clock.advance(1_000_000);
  for (const { goOn } of waits) goOn();

  await clock.advance(1_999);
  waits[0]?.answer({ payload: "{}" });
  await clock.advance(1);

  expect(log.filter(({ type }) => type === "TaskTimedOut").map(({ execution_arn }) => execution_arn.includes(":slow:"))).toEqual([true]);
  await clock.advance(1_000);
  waits[2]?.goOn();
  await clock.advance(2_000);
  expect(ends).toEqual([["slow", "FAILED"]]);
  await clock.advance(1);
  expect(ends).toEqual([
    ["slow", "FAILED"],
    ["quick", "TIMED_OUT"],
  ]);
  expect(clock.sleeping).toBe(0);
});

/** A journal whose disk can be full. */
class FullJournal extends ExecutionJournal {
  isFull = true;
  override started(execution: StartedExecution): void {
    if (this.isFull) throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
    super.started(execution);
  }
  override ended(executionArn: string): void {
    super.ended(executionArn);
    if (this.isFull) throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
  }
}

test("what cannot be journaled is refused as AWS would, and does not run; the next start may", async () => {
  const journal = new FullJournal();
  const { start, clock, calls, diskFaults, faults } = createProcess({ journal });

  expect(() => start("a")).toThrow(
    expect.objectContaining({
      name: "ServiceUnavailable",
      status: 503,
      message: "The request has failed due to a temporary failure of the server.",
    }),
  );
  journal.isFull = false;
  start("b");
  await clock.advance(1_000);

  expect(calls).toEqual(["first b", "second b"]);
  expect([diskFaults, faults]).toMatchObject([[{ code: "ENOSPC" }], []]);
});

test("an execution whose end cannot be journaled has ended nevertheless", async () => {
  const journal = new FullJournal();
  journal.isFull = false;
  const { start, service, clock, ends, diskFaults, faults } = createProcess({ journal });
  start("a");
  journal.isFull = true;

  await clock.advance(1_000);

  expect([ends, service.underWay]).toEqual([[["a", "SUCCEEDED"]], 0]);
  expect([diskFaults, faults]).toMatchObject([[{ code: "ENOSPC" }], []]);
});

test("a stop does not end executions or report an end, and the next process starts them again", async () => {
  const { start, service, clock, ends, log, traces, journal } = createProcess();
  for (const name of ["a", "b", "c"]) start(name);
  await clock.advance(500);
  const logged = log.length;

  await service.stop();
  const underWay = service.underWay;
  await service.stop();
  await clock.advance(10_000);

  expect([underWay, clock.sleeping]).toEqual([0, 0]);
  expect([ends, traces, log.length]).toEqual([[], [], logged]);
  expect(() => start("d")).toThrow(expect.objectContaining({ name: "ServiceUnavailable" }));
  journal.close();
  const next = nextProcess();
  expect(resumedBy(next)).toBe(3);
  await next.clock.advance(2_000);
  expect(next.ends.map(([name]) => name)).toEqual(["a", "b", "c"]);
});

test("an execution of a state machine that is no longer declared is dropped, in one sentence", () => {
  const { executionArn } = createProcess().start("a");

  const { service, notices } = nextProcess({ isDeclared: false });

  expect(resumedBy({ service })).toBe(0);
  expect(notices).toEqual([`The execution ${executionArn} is given up: its state machine is not declared any more.`]);
  expect(nextProcess().journal.open).toEqual([]);
});

test("a fault of the interpreter's own is reported, and the execution starts again with the next process", async () => {
  const { start, clock, faults } = createProcess({ invoked: async () => Promise.reject(new TypeError("a bug")) });

  start("a");
  await clock.advance(1_000);

  expect(faults).toEqual([new TypeError("a bug")]);
  expect(resumedBy(nextProcess())).toBe(1);
});

test("a dropped execution is accepted, and neither this process nor the next one runs it", async () => {
  const { start, clock, calls } = createProcess({ faults: { drop: 1 } });

  const { executionArn } = start("a");
  await clock.advance(1_000);

  expect(executionArn).toContain(":express:process-job:a:");
  expect(calls).toEqual([]);
  expect(resumedBy(nextProcess())).toBe(0);
});

test("a duplicated execution runs twice at the same time", async () => {
  const { start, clock, calls, ends, journal, log } = createProcess({ faults: { duplicate: 1 } });

  start("a");
  await clock.advance(1_000);

  expect(calls).toEqual(["first a", "first a", "second a", "second a"]);
  expect(ends).toEqual([
    ["a", "SUCCEEDED"],
    ["a", "SUCCEEDED"],
  ]);
  expect(new Set(log.map(({ execution_arn }) => execution_arn)).size).toBe(1);
  expect(journal.open).toEqual([]);
});

test("a lost execution starts again at any moment, ends once, and nothing reports that it was lost", async () => {
  const { start, clock, ends, log, traces } = createProcess({ faults: { restart: 1, seed: 3 } });

  for (const name of names(40, "job")) start(name);
  await clock.advance(3_000);

  const starts = log.filter(({ type }) => type === "ExecutionStarted").length;
  const entered = (state: string) => log.filter(({ type }) => type === state).length;
  expect(ends.map(([, status]) => status)).toEqual(Array(40).fill("SUCCEEDED"));
  expect(traces).toHaveLength(40);
  expect(starts).toBeGreaterThan(60);
  expect(entered("WaitStateEntered")).toBeGreaterThan(50);
  expect(entered("WaitStateEntered")).toBeLessThan(starts);
  expect(log.map(({ type }) => type)).not.toContain("ExecutionAborted");
});

test("the rates may be changed while it runs", async () => {
  const { start, service, clock, calls } = createProcess({ faults: { drop: 1 } });
  start("a");

  service.faults.set({ drop: 0 });
  start("b");
  await clock.advance(1_000);

  expect(calls).toEqual(["first b", "second b"]);
});

test("after five minutes an execution times out, which it cannot catch", async () => {
  const { start, clock, ends, journal, log } = createProcess({
    definition: catching({ ...invoke, Arguments: { FunctionName: "f", Payload: 1 }, TimeoutSeconds: 999 }),
    invoked: () => new Promise(() => undefined),
  });
  start("a");

  await clock.advance(299_999);
  expect(ends).toEqual([]);
  await clock.advance(1);

  expect(ends).toEqual([["a", "TIMED_OUT"]]);
  expect(log.at(-1)?.type).toBe("ExecutionTimedOut");
  expect([journal.open, clock.sleeping]).toEqual([[], 0]);
});

test("an input of 262,144 bytes is taken, and one byte more is refused", async () => {
  const { service, clock, ends } = createProcess({ definition: { StartAt: "X", States: { X: { Type: "Pass", End: true } } } });

  service.start(arn, { name: "a", input: `"${"x".repeat(262_142)}"` });
  const more = () => service.start(arn, { name: "b", input: `"${"x".repeat(262_143)}"` });

  expect(more).toThrow(expect.objectContaining({ name: "InvalidExecutionInput", message: "Invalid State Machine Execution Input" }));
  await clock.advance(0);
  expect(ends).toEqual([["a", "SUCCEEDED"]]);
});

test.each([
  ["arguments over 262,144 bytes", async () => ({ payload: "{}" }), ["{% [$states.input, $states.input] %}"]],
  ["States.Runtime", async () => ({ errorType: "States.Runtime", errorMessage: "" }), ["{% $states.input %}"]],
])("%s fails the execution: no States.ALL catches it", async (_, invoked, Payload) => {
  const { start, clock, ends, faults } = createProcess({
    definition: catching({ ...invoke, Arguments: { FunctionName: "f", Payload } }),
    invoked,
  });

  start("a", "x".repeat(200_000));
  await clock.advance(0);

  expect([ends, faults]).toEqual([[["a", "FAILED"]], []]);
});

test.each(["", "a b", "a/b", "a\u0085b", "x".repeat(81)])("the name %j is refused", (name) => {
  expect(() => createProcess().start(name)).toThrow(expect.objectContaining({ name: "InvalidName", message: `Invalid Name: '${name}'` }));
});

test("a waiting caller gets the outcome of an execution that runs once, at any rates of faults, and is never resumed", async () => {
  const { service, clock, calls, ends, journal } = createProcess({ faults: { drop: 1, duplicate: 1, restart: 1 } });

  const execution = service.startSync(arn, { name: "a", input: '"a"' });
  const open = journal.open;
  await clock.advance(1_000);

  const startedAt = Date.UTC(2026, 0, 1);
  expect(await execution).toMatchObject({
    name: "a",
    input: '"a"',
    startedAt,
    endedAt: startedAt + 1_000,
    outcome: { status: "SUCCEEDED" },
  });
  expect([calls, ends, open]).toEqual([["first a", "second a"], [["a", "SUCCEEDED"]], []]);
});

test("a waiting caller gets an error when the process stops", async () => {
  const { service, clock } = createProcess();
  const execution = service.startSync(arn, { name: "a", input: '"a"' });
  const told = expect(execution).rejects.toMatchObject({ name: "ServiceUnavailable", status: 503 });
  await clock.advance(500);

  await service.stop();

  await told;
});

test("what it runs is listed as it was declared", () => {
  const { service } = createProcess();

  expect(service.all).toMatchObject([{ name: "process-job", arn, logLevel: "ALL", includeExecutionData: true }]);
});

test("each state that is entered is reported, and the execution at its end", async () => {
  const { start, clock, usages } = createProcess();

  start("a");
  await clock.advance(1_000);

  const state = { kind: "state", stateMachineArn: arn, name: "a" };
  expect(usages).toEqual([
    ...["First", "Between", "Second"].map((name) => ({ ...state, state: name })),
    { kind: "execution", stateMachineArn: arn, name: "a", status: "SUCCEEDED", error: "", milliseconds: 1_000 },
  ]);
});
