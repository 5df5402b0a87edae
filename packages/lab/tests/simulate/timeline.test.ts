import { expect, test } from "vitest";
import { Timeline } from "../../simulate/timeline.ts";

/** The times of a chain of sleeps, of which few are whole milliseconds long. */
async function timesOf(timeline: Timeline): Promise<readonly number[]> {
  const times: number[] = [];
  const sleep = async () => {
    for (let at = 1; at <= 20; at++) {
      await timeline.sleep(1_000 / at);
      times.push(timeline.now() - timeline.start);
    }
  };
  timeline.after(0, () => void sleep());
  await timeline.run(10_000);
  return times;
}

test("a run's times are the same to the last digit, however late in its process it begins", async () => {
  const first = await timesOf(new Timeline(false));

  const others: (readonly number[])[] = [];
  for (let run = 0; run < 200; run++) others.push(await timesOf(new Timeline(false))); // 22 years later

  expect(first).toHaveLength(20);
  expect(others.filter((times) => times.join() !== first.join())).toEqual([]);
});
