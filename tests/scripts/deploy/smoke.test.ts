import { ManualClock } from "@async-text-processing/local/testing";
import { expect, test } from "vitest";
import { smoke } from "../../../scripts/deploy/deploy.ts";

const job = [Response.json({ jobId: "j-1", status: "PENDING" }, { status: 202 }), Response.json({ jobId: "j-1", status: "DONE" })];

/** The calls of an API that gives these answers at its base address. */
async function asked(answers: readonly Response[]) {
  const clock = new ManualClock(0);
  const calls: string[] = [];
  const [waiting, working] = [[...answers], job.map((answer) => answer.clone())];
  const fetcher: typeof fetch = (url, { method = "GET" } = {}) => {
    calls.push(`${method} ${url}`);
    const answer = String(url).endsWith("/jobs") || String(url).includes("/j-1") ? working.shift() : (waiting.shift() ?? notFound());
    return answer === undefined ? Promise.reject(new TypeError("fetch failed")) : Promise.resolve(answer);
  };
  const surroundings = { folder: "/", env: {}, platform: "linux", isTerminal: false, ask: () => Promise.resolve("") } as const;
  const ended = smoke("https://api", [], { ...surroundings, fetch: fetcher, clock, print: () => undefined, report: () => undefined });
  let isOver = false;
  void ended.finally(() => {
    isOver = true;
  });
  while (!isOver) await clock.advance(1_000);
  await ended;
  return calls;
}

const notFound = () => Response.json({ message: "Not Found" }, { status: 404 });
const ours = () => Response.json({ error: "Not found" }, { status: 404 });
const rest = ["POST https://api/jobs", "GET https://api/jobs/j-1"];

test.each([
  ["a function of ours answers", [ours()], 1],
  ["the gateway knows no route yet, twice", [notFound(), notFound(), ours()], 3],
  ["the gateway has a page", [new Response("<html>", { status: 503 }), ours()], 2],
  ["the API asks who is calling", [Response.json({ message: "Unauthorized" }, { status: 401 })], 1],
  ["the API stays away, which the job then says", [], 9],
])("where %s, the job is sent in its time", async (_, answers, times) => {
  expect(await asked(answers)).toEqual([...Array(times).fill("GET https://api"), ...rest]);
});
