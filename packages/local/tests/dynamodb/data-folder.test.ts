import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, onTestFinished, test } from "vitest";
import { jobs } from "../../../../tests/support/job-table.ts";
import { DynamoEngine } from "../../dynamodb/dynamo-engine.ts";
import { ManualClock } from "../../testing/manual-clock.ts";

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "dynamodb-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

async function openEngine(folder: string): Promise<DynamoEngine> {
  const engine = await DynamoEngine.open({ folder, clock: new ManualClock() });
  onTestFinished(() => engine.close());
  return engine;
}

describe("a data folder", () => {
  const item = { jobId: { S: "a" }, status: { S: "DONE" } };

  test("keeps tables and items", async () => {
    const folder = await temporaryFolder();
    const first = await openEngine(folder);
    await first.createTable(jobs);
    await first.execute("PutItem", { TableName: "jobs", Item: item });
    await first.close();

    const second = await openEngine(folder);
    await second.createTable(jobs);

    expect(await second.execute("GetItem", { TableName: "jobs", Key: { jobId: { S: "a" } } })).toEqual({ Item: item });
    expect(await second.execute("DescribeTable", { TableName: "jobs" })).toMatchObject({
      Table: { TableStatus: "ACTIVE", GlobalSecondaryIndexes: [{ IndexStatus: "ACTIVE" }] },
    });
  });

  test("is refused for a table with other keys", async () => {
    const folder = await temporaryFolder();
    const engine = await openEngine(folder);
    await engine.createTable(jobs);
    const { GlobalSecondaryIndexes: _, ...withoutIndex } = jobs;

    const changed = engine.createTable({ ...withoutIndex, AttributeDefinitions: [{ AttributeName: "jobId", AttributeType: "S" }] });

    await expect(changed).rejects.toThrow("The table jobs in the data folder has other keys or indexes than the one declared");
  });

  test("is opened once", async () => {
    const folder = await temporaryFolder();
    await openEngine(folder);

    const second = DynamoEngine.open({ folder, clock: new ManualClock() });

    await expect(second).rejects.toThrow(
      `The data folder ${folder} is in use by another npm start; stop it or choose another with --data.`,
    );
  });

  test("that cannot be written is one sentence", async () => {
    const file = join(await temporaryFolder(), "file");
    await writeFile(file, "");

    const opening = DynamoEngine.open({ folder: join(file, "data"), clock: new ManualClock() });

    await expect(opening).rejects.toThrow(/^The data folder .*file\/data cannot be written \(ENOTDIR.*\); choose another with --data\.$/);
  });

  test("has every acknowledged write after a kill, and no index entry without its item", async () => {
    const folder = await temporaryFolder();
    const writer = spawn(process.execPath, [join(import.meta.dirname, "../support/endless-writer.ts"), folder, JSON.stringify(jobs)]);
    onTestFinished(() => void writer.kill("SIGKILL"));
    const acknowledged: string[] = [];
    for await (const line of createInterface(writer.stdout)) {
      acknowledged.push(line);
      if (acknowledged.length === 300) writer.kill("SIGKILL");
    }

    const engine = await openEngine(folder);
    const items = (await engine.execute("Scan", { TableName: "jobs" }))["Items"] as { jobId: { S: string } }[];
    const entries = (await engine.execute("Scan", { TableName: "jobs", IndexName: "open-jobs" }))["Items"] as { jobId: { S: string } }[];

    const stored = new Set(items.map(({ jobId }) => jobId.S));
    expect(acknowledged.length).toBeGreaterThanOrEqual(300);
    expect(acknowledged.filter((jobId) => !stored.has(jobId))).toEqual([]);
    expect(new Set(entries.map(({ jobId }) => jobId.S))).toEqual(stored);
  });
});

test("in memory, what is kept of an item does not keep a block of other buffers", async () => {
  const engine = await DynamoEngine.open({ clock: new ManualClock() });
  onTestFinished(() => engine.close());

  expect(Buffer.from("key").buffer.byteLength).toBe(3);
});

test("closing waits for what is running, and can be done twice", async () => {
  const engine = await openEngine(await temporaryFolder());
  await engine.createTable(jobs);
  const put = (jobId: string) => engine.execute("PutItem", { TableName: "jobs", Item: { jobId: { S: jobId } } });
  for (let index = 0; index < 100; index++) await put(String(index));
  const running = Array.from({ length: 10 }, () => engine.execute("Scan", { TableName: "jobs" }));

  await Promise.all([engine.close(), engine.close()]);

  const outcomes = await Promise.allSettled(running);
  expect(outcomes).toEqual(Array.from({ length: 10 }, () => ({ status: "fulfilled", value: expect.objectContaining({ Count: 100 }) })));
});
