import { randomInt } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import { Chance } from "../../simulate/chance.ts";
import { clientCount } from "../../simulate/population.ts";
import type { SimulationReport } from "../../simulate/report.ts";
import { runSeeds } from "../../simulate/seeds/run-seeds.ts";
import { SeedProcess } from "../../simulate/seeds/seed-process.ts";

const [one, another] = [new SeedProcess(), new SeedProcess()] as const;

afterAll(() => {
  for (const runs of [one, another]) runs[Symbol.dispose]();
});

async function reportsOf(seeds: readonly number[]): Promise<readonly SimulationReport[]> {
  const [left, reports]: [number[], SimulationReport[]] = [[...seeds], []];
  const work = async (runs: SeedProcess) => {
    for (let seed = left.shift(); seed !== undefined; seed = left.shift()) reports.push(await runs.run({ seed }));
  };
  await Promise.all([one, another].map(work));
  return reports;
}

/** So many seeds with few clients, which take less time, and a twentieth of them with any number more. */
function fixedSeeds(count: number): readonly number[] {
  const seeds = Array.from({ length: 10 * count }, (_, at) => at + 1);
  const isSmall = (seed: number) => clientCount(new Chance(seed)) < 56;
  const large = seeds.filter((seed) => !isSmall(seed)).slice(0, count / 20);
  return [...large, ...seeds.filter(isSmall).slice(0, count - large.length)];
}

/** What failed, by the command that runs it again. */
const failuresOf = (reports: readonly SimulationReport[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    reports.filter(({ failures }) => failures.length > 0).map(({ seed, failures }) => [`npm run simulate -- --seed ${seed}`, failures]),
  );

const kinds = [
  ...["answer lost", "clock skew", "concurrency used up", "denied", "execution duplicated", "execution lost", "execution restarted"],
  ...["execution stopped", "function ended after", "function ended before", "function hung", "index lag", "refused", "request lost"],
  ...["runtime died", "slow", "slow cold start", "sweeper away", "sweeper doubled", "throttled", "unprocessed"],
];

test("on 200 fixed seeds every promise is kept, every kind of fault happens, and jobs end in every way", { timeout: 600_000 }, async () => {
  const reports = await reportsOf(fixedSeeds(200));
  expect(reports).toHaveLength(200);

  expect(failuresOf(reports)).toEqual({});
  expect([...new Set(reports.flatMap(({ faults }) => Object.keys(faults).map((key) => key.split(" | ")[0])))].sort()).toEqual(kinds);
  const clients = reports.map((report) => report.clients.length);
  expect([Math.min(...clients) >= 50, Math.max(...clients) <= 200]).toEqual([true, true]);
  const sum = (outcome: keyof SimulationReport["jobs"]) => reports.reduce((total, { jobs }) => total + jobs[outcome], 0);
  expect(sum("accepted")).toBeGreaterThan(10_000);
  for (const outcome of ["done", "error", "deleted"] as const) expect(sum(outcome), outcome).toBeGreaterThan(1_000);
});

test("on 50 fresh seeds every promise is kept", { timeout: 300_000 }, async () => {
  const first = randomInt(10_000, 1_000_000_000);
  console.log(`fresh seeds ${first} to ${first + 49}`);
  const reports: SimulationReport[] = [];

  await runSeeds({ from: first, count: 50, signal: new AbortController().signal, onReport: (report) => reports.push(report) });

  expect(reports).toHaveLength(50);
  expect(failuresOf(reports)).toEqual({});
});

test("two jobs whose generations begin alike are told apart", async () => {
  expect(failuresOf([await one.run({ seed: 52_948 })])).toEqual({}); // and so have the same entity tags
});

test("a seed gives the same history in every process, after any other one, and with the runtime's own tables", async () => {
  const first = await one.run({ seed: 7, keepHistory: true });
  const other = await another.run({ seed: 8 });

  const [again, own] = [
    await another.run({ seed: 7, keepHistory: true }),
    await one.run({ seed: 7, keepHistory: true, tables: "runtime" }),
  ];

  expect(first.history?.length).toBeGreaterThan(1_000);
  expect(again).toEqual(first);
  expect(own).toEqual(first);
  expect(other.digest).not.toBe(first.digest);
});

test("what is left out of a run changes no decision about the rest", async () => {
  const whole = await one.run({ seed: 12, keepHistory: true });
  const fault = whole.faultIds.find((id) => id.startsWith("slow@")) ?? "";
  const kept = [...whole.clients.slice(1), ...whole.faultIds.filter((id) => id !== fault)];

  const part = await one.run({ seed: 12, keepHistory: true, only: kept });

  const linesOf = (report: SimulationReport, client: string) => report.history?.filter((line) => line.split(" ")[1] === client) ?? [];
  expect(part.faultIds).not.toContain(fault);
  expect(part.clients).toEqual(whole.clients.slice(1)); // or cutting a failure down would bring back what it has left out
  expect(linesOf(whole, "c1").length).toBeGreaterThan(0);
  expect(linesOf(part, "c1")).toEqual([]);
  const same = whole.clients.slice(1).filter((client) => linesOf(part, client).join() === linesOf(whole, client).join());
  expect(same.length).toBeGreaterThan(whole.clients.length / 2);
});
