import { randomInt } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import type { SimulationReport } from "../../simulate/report.ts";
import { simulate } from "../../simulate/simulate.ts";

/** What failed, by the command that runs it again. */
const failuresOf = (reports: readonly SimulationReport[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    reports.filter(({ failures }) => failures.length > 0).map(({ seed, failures }) => [`npm run simulate -- --seed ${seed}`, failures]),
  );

async function run(first: number, count: number): Promise<readonly SimulationReport[]> {
  const reports: SimulationReport[] = [];
  for (let seed = first; seed < first + count; seed++) reports.push(await simulate({ seed }));
  return reports;
}

describe("on 200 fixed seeds", () => {
  let reports: readonly SimulationReport[] = [];
  beforeAll(async () => {
    reports = await run(1, 200);
  }, 600_000);

  test("every promise is kept", () => {
    expect(failuresOf(reports)).toEqual({});
  });

  test("every kind of fault happens", () => {
    const kinds = new Set(reports.flatMap(({ faults }) => Object.keys(faults).map((key) => key.split(" | ")[0])));

    expect([...kinds].sort()).toEqual([
      "answer lost",
      "clock skew",
      "concurrency used up",
      "denied",
      "execution duplicated",
      "execution lost",
      "execution restarted",
      "execution stopped",
      "function ended after",
      "function ended before",
      "function hung",
      "index lag",
      "refused",
      "request lost",
      "runtime died",
      "slow",
      "slow cold start",
      "sweeper away",
      "sweeper doubled",
      "throttled",
      "unprocessed",
    ]);
  });

  test("there are 50 to 200 clients, and jobs that are done, failed and deleted", () => {
    const clients = reports.map((report) => report.clients.length);
    const sum = (outcome: keyof SimulationReport["jobs"]) => reports.reduce((total, { jobs }) => total + jobs[outcome], 0);

    expect(Math.min(...clients)).toBeGreaterThanOrEqual(50);
    expect(Math.max(...clients)).toBeLessThanOrEqual(200);
    expect(sum("accepted")).toBeGreaterThan(10_000);
    for (const outcome of ["done", "error", "deleted"] as const) expect(sum(outcome), outcome).toBeGreaterThan(1_000);
  });
});

test("on 50 fresh seeds every promise is kept", { timeout: 300_000 }, async () => {
  const first = randomInt(1_000, 1_000_000_000);
  console.log(`fresh seeds ${first} to ${first + 49}`);

  expect(failuresOf(await run(first, 50))).toEqual({});
});

test("equal seeds give equal histories, and other seeds other ones", async () => {
  const [one, again, other] = [
    await simulate({ seed: 7, keepHistory: true }),
    await simulate({ seed: 7, keepHistory: true }),
    await simulate({ seed: 8 }),
  ];

  expect(again).toEqual(one);
  expect(one.history?.length).toBeGreaterThan(1_000);
  expect(other.digest).not.toBe(one.digest);
});

test("with the runtime's own tables the history is the same", async () => {
  const [quick, own] = [await simulate({ seed: 9, tables: "memory" }), await simulate({ seed: 9, tables: "runtime" })];

  expect(own.digest).toBe(quick.digest);
});

test("a client and a fault that are left out are gone, and the requests of the others are the same", async () => {
  const whole = await simulate({ seed: 12, keepHistory: true });
  const fault = whole.faultIds.find((id) => id.startsWith("slow@")) ?? "";

  const part = await simulate({ seed: 12, keepHistory: true, without: new Set(["c1", fault]) });

  const linesOf = (report: SimulationReport, client: string) => report.history?.filter((line) => line.split(" ")[1] === client) ?? [];
  expect(part.faultIds).not.toContain(fault);
  expect(linesOf(whole, "c1").length).toBeGreaterThan(0);
  expect(linesOf(part, "c1")).toEqual([]);
  const same = whole.clients.filter((client) => linesOf(part, client).join() === linesOf(whole, client).join());
  expect(same.length).toBeGreaterThan(whole.clients.length / 2);
});

test("after a run the process has its own time and random numbers again", async () => {
  const before = Date.now();

  await simulate({ seed: 3, minutes: 1 });

  expect(Date.now() - before).toBeLessThan(600_000);
  expect(crypto.randomUUID()).not.toBe(crypto.randomUUID());
});
