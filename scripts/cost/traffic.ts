import type { Traffic } from "./price-jobs.ts";

/**
 * Reads the options about jobs and their clients.
 *
 * @param jobsSeconds comma-separated numbers: a traffic each.
 * @param functionMilliseconds comma-separated `function=milliseconds`, or empty.
 * @returns nothing where one of them is wrong.
 */
export function parseTraffics(jobsSeconds: string, pollsPerSecond: string, functionMilliseconds: string): readonly Traffic[] | undefined {
  const given = functionMilliseconds.split(",").filter((assignment) => assignment !== "");
  const milliseconds = given.map((assignment) => /^([a-z-]+)=(\d+(?:\.\d+)?)$/.exec(assignment));
  const seconds = jobsSeconds.split(",").map(Number);
  const polls = Number(pollsPerSecond);
  if (![...seconds, polls].every((number) => number > 0 && Number.isFinite(number)) || milliseconds.includes(null)) return undefined;
  const byFunction = Object.fromEntries(milliseconds.map((match) => [match?.[1], Number(match?.[2])]));
  return seconds.map((jobSeconds) => ({ jobSeconds, pollsPerSecond: polls, functionMilliseconds: byFunction }));
}
