import { expect, test } from "vitest";
import { AwsError } from "../../aws.ts";
import { WriteQueue } from "../../dynamodb/data-folder.ts";

/** A LevelDB that notes what is asked of it, on a disk that can be full. */
function bench() {
  const steps: string[] = [];
  const faults: unknown[] = [];
  const disk = { free: 100 * 1024 * 1024, isFull: false };
  const step = async (name: string) => {
    steps.push(`${name}…`);
    await Promise.resolve();
    steps.push(name);
  };
  const level = {
    batch: async (writes: readonly { readonly key: string }[]) => {
      await step(`write ${writes.map(({ key }) => key).join("+")}`);
      if (disk.isFull) throw Object.assign(new Error("IO error: log: No space left on device"), { code: "LEVEL_IO_ERROR" });
    },
    open: () => step("open"),
    close: () => step("close"),
  };
  const queue = new WriteQueue(level, { onDiskFault: (error) => faults.push(error), freeBytes: async () => disk.free });
  const write = (key: string) => queue.batch([{ type: "del", key }]).catch((error) => error);
  return { steps, faults, disk, write };
}

const refusal = new AwsError("InternalServerError", "Internal server error", 500);

test("writes are made one after another; those that come meanwhile, together", async () => {
  const { steps, write } = bench();

  await Promise.all(["a", "b", "c"].map(write));

  expect(steps).toEqual(["write a…", "write a", "write b+c…", "write b+c"]);
});

test("nothing is written behind a write that failed before the store has been reopened", async () => {
  const { steps, faults, disk, write } = bench();
  disk.isFull = true;
  const failed = write("a");
  const next = failed.then(() => undefined);
  const behind = write("b");
  await next;
  disk.isFull = false;

  const outcomes = [await failed, await behind, await write("c")];

  expect(outcomes).toEqual([refusal, undefined, undefined]);
  expect(steps.filter((step) => !step.endsWith("…"))).toEqual(["write a", "close", "open", "write b", "write c"]);
  expect(faults).toMatchObject([{ code: "LEVEL_IO_ERROR" }]);
});

test("while the disk is too full to reopen it, the store stays open for reading, and writes are refused", async () => {
  const { steps, faults, disk, write } = bench();
  disk.isFull = true;
  await write("a");
  disk.isFull = false;
  disk.free = 1024 * 1024;

  const refused = await write("b");
  disk.free = 9 * 1024 * 1024;
  const written = await write("c");

  expect([refused, written]).toEqual([refusal, undefined]);
  expect(steps.filter((step) => !step.endsWith("…"))).toEqual(["write a", "close", "open", "write c"]);
  expect(faults).toMatchObject([{ code: "LEVEL_IO_ERROR" }, { code: "ENOSPC" }]);
});
