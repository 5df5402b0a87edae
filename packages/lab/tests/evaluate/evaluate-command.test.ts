import { describe, expect, test } from "vitest";
import { type EvaluateOptions, evaluateCommand } from "../../evaluate/evaluate-command.ts";

async function run(...args: string[]) {
  const calls: string[] = [];
  const [printed, reported]: [string[], string[]] = [[], []];
  const evaluation =
    (stage: string) =>
    async ({ seed, pages, folder, onProgress }: EvaluateOptions) => {
      calls.push(folder === undefined ? `${stage} ${seed} ${pages}` : `${stage} of ${folder}`);
      onProgress(`half of ${stage}`);
      return { tables: [[["Name", "figure"], [["ours", "1.0"]]] as const], note: `About ${stage}.` };
    };
  const code = await evaluateCommand(args, {
    evaluations: { ocr: evaluation("ocr"), sentiment: evaluation("sentiment"), search: evaluation("search") },
    print: (text) => printed.push(text),
    report: (line) => reported.push(line),
  });
  return { code, calls, printed: printed.join("\n"), reported: reported.join("\n") };
}

describe("npm run evaluate", () => {
  test("prints the seed and a table for each stage, and its progress", async () => {
    const { code, calls, printed, reported } = await run();

    expect(code).toBe(0);
    expect(calls).toEqual(["ocr 1 8", "sentiment 1 8", "search 1 8"]);
    expect(printed).toContain("Seed 1\n");
    expect(printed).toContain("Name  figure\nours     1.0\n\nAbout ocr.");
    expect(reported).toContain("ocr …\nhalf of ocr\nsentiment …");
  });

  test("measures one stage, by a seed and with pages that are asked for", async () => {
    const { calls } = await run("--only", "ocr", "--seed", "7", "--pages", "2");

    expect(calls).toEqual(["ocr 7 2"]);
  });

  test("reads a folder of one's own pages", async () => {
    const { calls, printed } = await run("--folder", "scans");

    expect(calls).toEqual(["ocr of scans"]);
    expect(printed).not.toContain("Seed");
  });

  test("--help measures nothing", async () => {
    const { code, calls, printed } = await run("--help");

    expect([code, calls]).toEqual([0, []]);
    expect(printed).toContain("npm run evaluate -- --only sentiment");
  });

  test.each([
    [["--only", "speech"], "--only takes ocr, sentiment, search, not speech."],
    [["--seed", "x"], "--seed takes a whole number, not x."],
    [["--pages", "0"], "--pages takes a number of pages, not 0."],
    [["--what"], "--what"],
  ])("refuses %j", async (args, expected) => {
    const { code, calls, reported } = await run(...args);

    expect([code, calls]).toEqual([2, []]);
    expect(reported).toContain(expected);
  });
});
