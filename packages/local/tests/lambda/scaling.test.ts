import { expect, test } from "vitest";
import type { Machine } from "../../lambda/machine.ts";
import { type ScaledFunction, Scaling } from "../../lambda/scaling.ts";
import { ManualClock } from "../../testing/manual-clock.ts";
import { createFunction, until } from "./test-function.ts";

/** A machine whose load the test sets, and that holds a byte an environment. */
class TestMachine implements Machine {
  readonly cores = 2;
  maxBytes = 1_000;
  idle = 0;

  idleCores(): number {
    return this.idle;
  }

  heldBytes(pids: Iterable<number>): number {
    return [...pids].length;
  }
}

/** A function whose environments are numbers, in which the calls have the length that the test gives them. */
class TestFunction implements ScaledFunction {
  waiting = 0;
  taken = 0;
  isStarting = false;
  idle = 0;
  maxEnvironments = 1_000;
  environments = 1;
  /** How many of them compute. */
  computing = 0;

  get pids(): readonly number[] {
    return Array.from({ length: this.environments }, (_, index) => index);
  }

  grow(): void {
    this.environments++;
  }

  shrink(): void {
    this.environments--;
    this.idle = Math.max(0, this.idle - 1);
  }

  busyCores(): number {
    return this.computing;
  }
}

function scalingOf(...scaled: Partial<TestFunction>[]) {
  const machine = new TestMachine();
  const scaling = new Scaling(machine);
  const functions = scaled.map((members) => Object.assign(new TestFunction(), members));
  for (const each of functions) scaling.add(each);
  const look = (times = 1) => {
    for (let looks = 0; looks < times; looks++) scaling.look();
    return functions.map(({ environments }) => environments);
  };
  return { machine, functions: functions as [TestFunction, ...TestFunction[]], look };
}

test("while a core is idle, a function whose calls wait gets one environment after another", () => {
  const { machine, look } = scalingOf({ waiting: 20 }, { waiting: 0 });
  machine.idle = 1;

  expect([look(1), look(1), look(3)]).toEqual([
    [1, 1],
    [2, 1],
    [5, 1],
  ]);
});

test("two idle cores are for two functions, those with the fewest environments first", () => {
  const { machine, look } = scalingOf({ waiting: 9, environments: 4 }, { waiting: 9, environments: 2 }, { waiting: 9, environments: 3 });
  machine.idle = 2;

  expect(look(2)).toEqual([4, 3, 4]);
});

test("an environment that starts is waited for, and none starts beyond the function's concurrency", () => {
  const { machine, look } = scalingOf({ waiting: 9, isStarting: true }, { waiting: 9, maxEnvironments: 3 });
  machine.idle = 2;

  expect(look(9)).toEqual([1, 3]);
});

test("while all cores are busy, calls that follow each other get no further environment", () => {
  const { functions, look } = scalingOf({ waiting: 30 });

  for (let looks = 0; looks < 50; looks++) {
    functions[0].taken++;
    look();
  }

  expect(look()).toEqual([1]);
});

test("while all cores are busy, long calls do not hold up those that wait: at first after a second, and up to three a core that compute", () => {
  const { functions, look } = scalingOf({ waiting: 30, computing: 1 });
  const first = [look(10), look(1)];

  for (let environments = 2; environments < 20; environments++) {
    functions[0].computing = functions[0].environments;
    look(11);
  }
  const computing = look();
  functions[0].computing = 2; // the others wait for something

  expect(first).toEqual([[1], [2]]);
  expect(computing).toEqual([6]);
  expect(look()).toEqual([7]);
});

test("where there is no more memory, a function gives up what it does not use, then what it has more of, to one whose calls wait", () => {
  const { machine, look } = scalingOf({ environments: 3, idle: 1 }, { environments: 6 }, { waiting: 9 });
  machine.idle = 2;
  machine.maxBytes = 10;
  const idleOnes = look(3);

  expect(idleOnes).toEqual([2, 6, 2]);
  expect(look(40)).toEqual([2, 4, 4]);
});

/** A function that says which process answers, once the file that its event names is there. */
const held = `
import { existsSync } from "node:fs";
export const handler = async ({ until }) => {
  while (until && !existsSync(until)) await new Promise((resolve) => setTimeout(resolve, 5));
  return process.pid;
};`;

test("a call that waits does not keep another one waiting, and what is idle for a minute ends, but the last", async () => {
  const clock = new ManualClock();
  const { lambda, folder } = createFunction(held, { clock, timeoutSeconds: 900 });
  const long = lambda.invoke(JSON.stringify({ until: `${folder}/index.mjs.go` }));

  const short = await lambda.invoke("{}");
  const both = lambda.pids.length;
  await clock.advance(60_000);
  const first = lambda.pids.length;
  lambda.stop();

  expect(short).toHaveProperty("payload");
  expect([both, first]).toEqual([2, 1]);
  expect(await long).toMatchObject({ errorType: "Runtime.ExitError" });
  await until(() => clock.sleeping === 0);
});
