import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { table } from "../../../scripts/table.ts";
import { projectFolder } from "../../../tests/support/evaluated-program.ts";
import { load, percentiles } from "../bench/load.ts";
import { usageOfTree } from "../bench/process-tree.ts";
import { runBench } from "../bench/run-bench.ts";
import { settings } from "../bench/settings.ts";

test("a tiny run prints every figure", async () => {
  const printed: string[] = [];

  const few = { jobs: 3, seconds: 30, waiting: { jobs: 2, paceSeconds: 0.1 }, restMilliseconds: 0 };
  await runBench({ project: projectFolder, settings: settings.slice(-1), ...few, print: (text) => printed.push(text) });

  const duration = String.raw`\d+(\.\d)? / \d+(\.\d)?`;
  expect(printed[1]).toMatch(/^This project +as by default$/m);
  expect(printed[1]).toMatch(new RegExp(`^submit to DONE, 1 client, p50 / p99 ms +${duration}$`, "m"));
  expect(printed[1]).toMatch(/^jobs a second, 32 clients +\d+$/m);
  expect(printed[1]).toMatch(/^command to first 202, nothing to build, ms +\d+$/m);
  expect(printed[1]).toMatch(/^command to first 202, nothing built, ms +\d+$/m);
  expect(printed[2]).toMatch(/^appends and syncs, then answers( +\d+(\.\d)?){5}$/m);
  expect(printed[1]).toMatch(/^memory MB at rest, all processes +(\d+|–)$/m);
  expect(printed[3]).toMatch(/^2 jobs at once, stages that wait 0\.1 s each +\d+ +(\d+|–)$/m);
  expect(printed[4]).toMatch(/^DBOS on Postgres +193 +12$/m);
}, 180_000);

test("a load makes the requested number of calls, with at most one per client at a time", async () => {
  const seen = { now: 0, max: 0 };

  const { count } = await load({ clients: 3, count: 10, milliseconds: 60_000 }, async () => {
    seen.max = Math.max(seen.max, ++seen.now);
    await Promise.resolve();
    seen.now -= 1;
  });

  expect([count, seen.max]).toEqual([10, 3]);
});

test("a load begins no call when its time is up", async () => {
  const { count } = await load({ clients: 4, count: 1_000, milliseconds: 0 }, async () => undefined);

  expect(count).toBe(0);
});

test("percentiles are durations that were measured", () => {
  const durations = Array.from({ length: 201 }, (_, index) => 201 - index);

  expect(percentiles(durations)).toEqual({ p50: 101, p99: 199 });
  expect(percentiles([7])).toEqual({ p50: 7, p99: 7 });
});

test("the usage of a process includes its children's, and is unknown where there is no /proc", async () => {
  const heldBytes = 32 * 1024 * 1024; // a bare Node's own private memory is not the same at each start
  const busy = `const held = Buffer.alloc(${heldBytes}, 1); const end = process.cpuUsage().user + 100_000; while (process.cpuUsage().user < end); console.log(held.length); process.stdin.resume()`;
  // A shell, which is small and does nothing, around a Node that is not.
  const shell = spawn("sh", ["-c", `"${process.execPath}" -e "${busy}"; true`], { stdio: ["pipe", "pipe", "inherit"] });
  await once(shell.stdout, "data");

  const usage = usageOfTree(shell.pid ?? 0);

  shell.stdin.end();
  await once(shell, "exit");
  expect(usage === undefined).toBe(process.platform !== "linux");
  expect(usage?.cpuMilliseconds ?? 100).toBeGreaterThanOrEqual(100);
  expect(usage?.memoryBytes ?? heldBytes).toBeGreaterThanOrEqual(heldBytes);
});

test("a table has its names to the left and its figures to the right", () => {
  expect(
    table(
      ["Name", "ms"],
      [
        ["a longer one", "1.0"],
        ["b", "100"],
      ],
    ),
  ).toBe("Name           ms\na longer one  1.0\nb             100");
});
