import { describe, expect, test } from "vitest";
import { plantedDefects } from "../../simulate/defects/planted-defects.ts";
import type { SimulationReport } from "../../simulate/report.ts";
import type { SeedRequest } from "../../simulate/seeds/seed-process.ts";
import { simulateCommand } from "../../simulate/simulate-command.ts";

const jobs = { accepted: 5, done: 3, error: 1, deleted: 1 };
const faults = {
  "answer lost | dynamodb:PutItem | create-job": 2,
  "throttled | states:StartExecution | create-job": 1,
  "died | runtime": 1,
};
const calls = { "dynamodb:PutItem | create-job": 6, "states:StartExecution | create-job": 5, "dynamodb:GetItem | get-job": 9 };
const clients = ["a", "b", "c", "d", "e"];

/** A run that breaks a promise where client `c` meets the fault `f2`. */
function runOf({ seed, only, keepHistory }: SeedRequest, failing: readonly number[]): SimulationReport {
  const happens = (id: string) => only?.includes(id) ?? true;
  const isBroken = failing.includes(seed) && happens("c") && happens("f2");
  const failures = isBroken ? [{ promise: "final-state-left", sentence: "Job j was DONE.", at: 1_500 }] : [];
  const history = clients.filter(happens).map((client) => `0.000 ${client} came`);
  const faultIds = ["f1", "f2", "f3"].filter(happens);
  return {
    seed,
    digest: "d1g357",
    faults,
    calls,
    clients: clients.filter(happens),
    faultIds,
    jobs,
    failures,
    ...(keepHistory && { history }),
  };
}

async function run(args: readonly string[], failing: readonly number[] = []) {
  const [printed, reported, seeds]: [string[], string[], number[]] = [[], [], []];
  let milliseconds = 0;
  const code = await simulateCommand(args, {
    runSeeds: async ({ seeds, onReport }) => {
      for (const seed of seeds) onReport(runOf({ seed }, failing));
      milliseconds += 2_000;
    },
    runSeed: async (request) => {
      seeds.push(request.seed);
      return runOf(request, failing);
    },
    runDefects: async ({ maxSeeds, onResult }) => {
      const results = plantedDefects.slice(0, 2).map((defect, at) => ({
        defect,
        seeds: at === 0 ? 3 : maxSeeds,
        found: at === 0 || failing.length === 0 ? runOf({ seed: 1 }, [1]) : undefined,
      }));
      for (const result of results) onResult(result);
      return results;
    },
    runKills: async ({ kills }) => {
      const failures = failing.map(() => ({ promise: "lost", sentence: "Job j is still PENDING." }) as const);
      return { kills, accepted: 9, done: 7, error: 1, deleted: 1, lastEndMilliseconds: 900, failures };
    },
    signalAfter: () => new AbortController().signal,
    now: () => milliseconds,
    print: (text) => printed.push(text),
    report: (line) => reported.push(line),
    progress: () => undefined,
  });
  return { code, printed: printed.join("\n").split("\n"), reported, seeds };
}

describe("npm run simulate", () => {
  test("prints which fault was injected into which call, what was not tried, how jobs ended, and its pace", async () => {
    const { code, printed } = await run(["--seeds", "10", "--from", "5"]);

    expect(code).toBe(0);
    expect(printed).toEqual([
      "                                           answer",
      "call | caller                       calls    lost  throttled",
      "dynamodb:GetItem | get-job             90       0          0",
      "dynamodb:PutItem | create-job          60      20          0",
      "states:StartExecution | create-job     50       0         10",
      "",
      "other fault     times",
      "died | runtime     10",
      "",
      "jobs accepted  DONE  ERROR  deleted",
      "50               30     10       10",
      "",
      "10 runs in 2 s: 5.0 a second. 0 failed.",
    ]);
  });

  test("cuts the first failure of each promise down to what it needs, and prints the command that repeats it", async () => {
    const { code, printed, reported } = await run(["--seeds", "10"], [4, 7]);

    expect(code).toBe(1);
    expect(reported).toEqual(["Seed 4 failed: final-state-left", "Seed 7 failed: final-state-left"]);
    expect(printed.slice(-5)).toEqual([
      "",
      "Seed 4, cut down:",
      "0.000 c came",
      "1.500 BROKEN final-state-left: Job j was DONE.",
      "npm run simulate -- --seed 4 --only 'c,f2'",
    ]);
  });

  test("repeats a run with its history", async () => {
    const { code, printed } = await run(["--seed", "4", "--only", "c,f2"], [4]);

    expect(code).toBe(1);
    expect(printed).toEqual(["0.000 c came", "1.500 BROKEN final-state-left: Job j was DONE.", "Seed 4: history d1g357"]);
  });

  test.each([
    [[], 0],
    [[1], 1],
  ])("prints the seeds that each planted defect took, and ends with %j %i", async (failing, expected) => {
    const { code, printed } = await run(["--defects", "--seeds", "9"], failing);

    expect(code).toBe(expected);
    expect(printed[1]).toMatch(/^a result is saved after the end \(functions\/jobs\/job-repository.ts\) +3 +final-state-left$/);
  });

  test.each([
    [[], 0],
    [[1], 1],
  ])("prints what came of kills, and ends with %j %i", async (failing, expected) => {
    const { code, printed } = await run(["--kill", "3", "--seed", "8"], failing);

    expect(code).toBe(expected);
    expect(printed.slice(0, 2)).toEqual(["Seed 8", expect.stringMatching(/^kills +accepted +DONE +ERROR/)]);
  });

  test("--help runs nothing", async () => {
    const { code, printed, seeds } = await run(["--help"]);

    expect([code, seeds]).toEqual([0, []]);
    expect(printed).toContain("  npm run simulate -- --kill 100");
  });

  test.each([
    [["--seeds", "0"], "--seeds takes a whole number from 1, not 0."],
    [["--seed", "x"], "--seed takes a whole number from 1, not x."],
    [["--kill", "1.5"], "--kill takes a whole number from 1, not 1.5."],
    [["--minutes", "-"], "--minutes takes a number of minutes, not -."],
    [["--only", "a"], "--only goes with --seed: ids are those of one run."],
    [["--what"], expect.stringContaining("--what")],
  ])("refuses %j", async (args, expected) => {
    const { code, reported, seeds } = await run(args);

    expect([code, reported, seeds]).toEqual([2, [expected], []]);
  });
});
