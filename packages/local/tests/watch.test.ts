import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { ManualClock } from "../testing/manual-clock.ts";
import { onceQuiet, ProgramFiles } from "../watch.ts";

describe("changes", () => {
  test("that follow one another lead to one run, once they have paused for 50 ms", async () => {
    const clock = new ManualClock(0);
    const runs: [number, number][] = [];
    const changed = onceQuiet(clock, async (since) => void runs.push([since, clock.now()]), new AbortController().signal);

    changed();
    await clock.advance(40);
    changed();
    changed();
    await clock.advance(40);
    changed();
    await clock.advance(1_000);

    expect(runs).toEqual([[0, 150]]);
  });

  test("after the stop lead to none", async () => {
    const clock = new ManualClock(0);
    const stopped = new AbortController();
    const changed = onceQuiet(clock, async () => expect.unreachable(), stopped.signal);

    changed();
    stopped.abort();
    changed();
    await clock.advance(1_000);

    expect(clock.sleeping).toBe(0);
  });

  test("in any order are all seen by the last run, and no two runs overlap", async () => {
    const step = fc.record({ wait: fc.integer({ min: 1, max: 200 }), takes: fc.integer({ min: 0, max: 200 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        const clock = new ManualClock(0);
        let [latest, seen, running, overlaps] = [0, 0, 0, 0];
        const work = async () => {
          overlaps += running++;
          seen = latest;
          await clock.sleep(steps[latest % steps.length]?.takes ?? 0);
          running--;
        };
        const changed = onceQuiet(clock, work, new AbortController().signal);
        for (const { wait } of steps) {
          latest++;
          changed();
          await clock.advance(wait);
        }
        await clock.advance(1_000);
        expect([seen, overlaps, clock.sleeping]).toEqual([steps.length, 0, 0]);
      }),
      { numRuns: 20 },
    );
  });
});

describe("the files of a program", () => {
  function follow(modules: readonly string[]) {
    const folder = mkdtempSync(join(tmpdir(), "program-"));
    const path = (name: string) => join(folder, name);
    for (const each of ["functions/stages", "docs", "node_modules/package"]) mkdirSync(path(each), { recursive: true });
    writeFileSync(path("functions/a.ts"), "1");
    let heard = Promise.withResolvers<void>();
    let count = 0;
    const files = new ProgramFiles(folder, () => {
      count++;
      heard.resolve();
    });
    files.follow(modules.map((name) => pathToFileURL(path(name)).href));
    onTestFinished(() => {
      files.close();
      rmSync(folder, { recursive: true });
    });
    /** Resolves once a change is heard of that came after it was called. */
    const next = async (change: () => void) => {
      heard = Promise.withResolvers();
      change();
      await heard.promise;
    };
    return { path, next, count: () => count };
  }

  test("are heard of when they are written, renamed over, written again, and created in a new folder", async () => {
    const { path, next } = follow(["index.ts", "functions/a.ts"]);
    const write = (name: string) => () => writeFileSync(path(name), "2");

    await next(write("index.ts"));
    await next(write("functions/a.ts"));
    await next(() => {
      writeFileSync(path("functions/.a.ts.new"), "3");
      renameSync(path("functions/.a.ts.new"), path("functions/a.ts"));
    });
    await next(write("functions/a.ts"));
    await next(() => mkdirSync(path("functions/stages/summary")));
    await next(write("functions/stages/summary/run.ts"));
    await next(() => rmSync(path("functions/stages"), { recursive: true }));
    await next(() => mkdirSync(path("functions/stages")));
    await next(write("functions/stages/run.ts"));
  });

  test("are not those of packages, of other folders and of editors, nor a log in the project's folder", async () => {
    const { path, next, count } = follow(["index.ts", "functions/a.ts", "node_modules/package/index.js"]);
    const others = ["node_modules/package/index.js", "docs/page.md", "start.log", ".env.json", "functions/.a.ts.swp", "functions/a.ts~"];

    await next(() => {
      for (const name of others) appendFileSync(path(name), "1");
      mkdirSync(path("functions/jobs")); // told after all others, and once
    });
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));

    expect(count()).toBe(1);
  });
});
