import { randomInt } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import type { SimulationReport } from "../../simulate/report.ts";
import { runSeeds } from "../../simulate/seeds/run-seeds.ts";
import { SeedProcess } from "../../simulate/seeds/seed-process.ts";

const [one, another] = [new SeedProcess(), new SeedProcess()] as const;

afterAll(() => {
  for (const runs of [one, another]) runs[Symbol.dispose]();
});

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

const name = "on 200 fixed seeds and 50 fresh ones every promise is kept, every kind of fault happens, and jobs end in every way";
test(name, { timeout: 900_000 }, async () => {
  const first = randomInt(10_000, 1_000_000_000);
  console.log(`fresh seeds ${first} to ${first + 49}`);
  const fixed = Array.from({ length: 200 }, (_, at) => 1 + at);
  const fresh = Array.from({ length: 50 }, (_, at) => first + at);
  const reports: SimulationReport[] = [];

  await runSeeds({ seeds: [...fixed, ...fresh], signal: new AbortController().signal, onReport: (report) => reports.push(report) });

  expect(new Set(reports.map(({ seed }) => seed))).toEqual(new Set([...fixed, ...fresh]));
  expect(failuresOf(reports)).toEqual({});
  expect([...new Set(reports.flatMap(({ faults }) => Object.keys(faults).map((key) => key.split(" | ")[0])))].sort()).toEqual(kinds);
  const clients = reports.map((report) => report.clients.length);
  expect([Math.min(...clients) >= 50, Math.max(...clients) <= 200]).toEqual([true, true]);
  const sum = (outcome: keyof SimulationReport["jobs"]) => reports.reduce((total, { jobs }) => total + jobs[outcome], 0);
  expect(sum("accepted")).toBeGreaterThan(10_000);
  for (const outcome of ["done", "error", "deleted"] as const) expect(sum(outcome), outcome).toBeGreaterThan(1_000);
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
