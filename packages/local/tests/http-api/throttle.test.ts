import { expect, test } from "vitest";
import { tokenBucket } from "../../http-api/limits.ts";
import { ManualClock } from "../../testing/manual-clock.ts";
import { serve } from "./serve.ts";

const takeAll = (take: () => boolean) => Array.from({ length: 10 }, () => take()).filter(Boolean).length;

test("a bucket starts full, and no fuller than the burst", async () => {
  const clock = new ManualClock();
  const take = tokenBucket({ rateLimit: 2, burstLimit: 3 }, clock);
  await clock.advance(60_000);

  expect(takeAll(take)).toBe(3);
  expect(takeAll(take)).toBe(0);
});

test("it fills at the rate, in parts of a token too", async () => {
  const clock = new ManualClock();
  const take = tokenBucket({ rateLimit: 2, burstLimit: 3 }, clock);
  takeAll(take);

  const early: boolean[] = [];
  for (let waited = 100; waited < 500; waited += 100) {
    await clock.advance(100);
    early.push(take());
  }
  await clock.advance(100);

  expect(early).toEqual([false, false, false, false]);
  expect(takeAll(take)).toBe(1);
  await clock.advance(1_000);
  expect(takeAll(take)).toBe(2);
});

test("limits of zero refuse every request", async () => {
  const clock = new ManualClock();
  const take = tokenBucket({ rateLimit: 0, burstLimit: 0 }, clock);
  await clock.advance(60_000);

  expect(take()).toBe(false);
});

test("a throttled request is a 429 and reaches no function", async () => {
  const { url, events, clock } = await serve(["GET /a", "GET /b"], undefined, { throttle: { rateLimit: 1, burstLimit: 1 } });

  const responses = [await fetch(`${url}/a`), await fetch(`${url}/a`), await fetch(`${url}/b`), await fetch(`${url}/c`)];

  expect(responses.map(({ status }) => status)).toEqual([200, 429, 200, 404]);
  expect(await responses[1]?.text()).toBe('{"message":"Too Many Requests"}');
  expect(responses[1]?.headers.get("content-type")).toBe("application/json");
  expect(events.map(({ rawPath }) => rawPath)).toEqual(["/a", "/b"]);
  await clock.advance(1_000);
  expect((await fetch(`${url}/a`)).status).toBe(200);
});

test("without settings nothing is throttled", async () => {
  const { url } = await serve();

  const responses = await Promise.all(Array.from({ length: 50 }, () => fetch(url)));

  expect(responses.every(({ status }) => status === 200)).toBe(true);
});
