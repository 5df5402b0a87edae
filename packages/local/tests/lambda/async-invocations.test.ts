import { expect, test } from "vitest";
import { AwsError } from "../../aws.ts";
import { AsyncInvocations } from "../../lambda/async-invocations.ts";
import { ManualClock } from "../../testing/manual-clock.ts";

const failure = { outcome: { errorType: "StageFailed", errorMessage: "No." }, version: "1" };
const success = { outcome: { payload: "null" }, version: "1" };

/** A queue whose function gives the prepared answers, and records the second of each attempt. */
function createQueue(answers: readonly (typeof failure | typeof success | Error)[]) {
  const clock = new ManualClock(0);
  const attempts: number[] = [];
  const told: unknown[] = [];
  const invoke = async () => {
    const answer = answers[attempts.push(clock.now() / 1_000) - 1] ?? success;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const tell = (what: unknown) => told.push(what);
  return { clock, attempts, told, queue: new AsyncInvocations({ lambda: { invoke }, clock, onFault: tell, onDrop: tell }) };
}

test("an event that succeeds runs once", async () => {
  const { clock, attempts, queue } = createQueue([success]);

  queue.accept("ocr", "{}");
  await clock.advance(600_000);

  expect([attempts, clock.sleeping]).toEqual([[0], 0]);
});

test("one that fails is tried again after one minute and after two more, then dropped", async () => {
  const { clock, attempts, told, queue } = createQueue([failure, failure, failure]);

  queue.accept("ocr", "{}");
  await clock.advance(600_000);

  expect(attempts).toEqual([0, 60, 180]);
  expect(told).toEqual(["An event of ocr failed three times and is dropped: StageFailed."]);
});

test("one that succeeds in the second attempt is done", async () => {
  const { clock, attempts, told, queue } = createQueue([failure, success]);

  queue.accept("ocr", "{}");
  await clock.advance(600_000);

  expect([attempts, told]).toEqual([[0, 60], []]);
});

test("a stop ends the waiting, and nothing more is tried", async () => {
  const { clock, attempts, told, queue } = createQueue([failure]);
  queue.accept("ocr", "{}");
  await clock.advance(1_000);
  const sleeping = clock.sleeping;

  queue.stop();
  queue.stop();
  await clock.advance(600_000);

  expect([sleeping, clock.sleeping, attempts, told]).toEqual([1, 0, [0], []]);
});

test("a thousand events are taken at once, and no more until one has ended", async () => {
  const { clock, attempts, queue } = createQueue(Array(1_000).fill(failure));
  for (let count = 0; count < 1_000; count++) queue.accept("ocr", "{}");

  expect(() => queue.accept("ocr", "{}")).toThrow(
    expect.objectContaining({ name: "TooManyRequestsException", status: 429, message: "Rate Exceeded." }),
  );
  await clock.advance(60_000);
  queue.accept("ocr", "{}");

  expect(attempts).toHaveLength(2_001);
});

test("a throttled one waits for longer each time, five minutes at most, and that is no attempt", async () => {
  const throttle = new AwsError("TooManyRequestsException", "Rate Exceeded.", 429);
  const { clock, attempts, told, queue } = createQueue([...Array(11).fill(throttle), failure, success]);

  queue.accept("ocr", "{}");
  await clock.advance(3_600_000);

  expect(attempts).toEqual([0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 811, 1_111, 1_171]);
  expect(told).toEqual([]);
});

test("after six hours of throttles the event is dropped", async () => {
  const throttle = new AwsError("TooManyRequestsException", "Rate Exceeded.", 429);
  const { clock, attempts, told, queue } = createQueue(Array(100).fill(throttle));

  queue.accept("ocr", "{}");
  await clock.advance(7 * 3_600_000);

  expect(attempts.at(-1)).toBe(21_511);
  expect(told).toEqual(["An event of ocr is too old and is dropped: TooManyRequestsException."]);
});

test("a fault of our own is reported", async () => {
  const fault = new TypeError("ours");
  const { clock, attempts, told, queue } = createQueue([fault]);

  queue.accept("ocr", "{}");
  await clock.advance(600_000);

  expect([attempts, told]).toEqual([[0], [fault]]);
});
