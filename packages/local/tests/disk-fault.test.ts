import { expect, test } from "vitest";
import { diskFaultNotice, isDiskFault } from "../disk-fault.ts";
import { ManualClock } from "../testing/manual-clock.ts";

test("a full disk is reported once a minute", async () => {
  const said: string[] = [];
  const clock = new ManualClock();
  const notice = diskFaultNotice(clock, (sentence) => said.push(sentence));
  const level = Object.assign(new Error("IO error: /data/tables/000003.log: No space left on device"), { code: "LEVEL_IO_ERROR" });

  notice(Object.assign(new Error(), { code: "ENOSPC" }));
  notice(level);
  await clock.advance(60_000);
  notice(level);

  const sentence = (reason: string) =>
    `The data folder cannot be written (${reason}): until it can, writes are refused, and no stored data is lost.`;
  expect(said).toEqual([sentence("ENOSPC"), sentence("No space left on device")]);
  expect(isDiskFault(level)).toBe(true);
  expect([new TypeError("x"), undefined, { code: "ENOENT" }].map(isDiskFault)).toEqual([false, false, false]);
});
