import { describe, expect, test } from "vitest";
import { trainCommand } from "../../train/train-command.ts";

const kinds = [
  ["neg", "the gadget broke"],
  ["neu", "the gadget arrived"],
  ["pos", "the gadget sings"],
] as const;
const lines = (each: number) =>
  Array.from({ length: 3 * each }, (_, index) => `${kinds[index % 3]?.join("\t")} on day ${index}`).join("\n");
const rated = lines(20).replaceAll("neg", "-2.5").replaceAll("neu", "0.1").replaceAll("pos", "3");

/** Runs the command over files that are given by name. */
function run(args: readonly string[], files: Readonly<Record<string, string>> = {}) {
  const written = new Map<string, string>();
  const [printed, reported]: [string[], string[]] = [[], []];
  const code = trainCommand(args, {
    read: (file) => {
      const content = files[file];
      if (content === undefined) throw new Error("ENOENT");
      return content;
    },
    write: (file, content) => written.set(file, content),
    print: (text) => printed.push(text),
    report: (line) => reported.push(line),
  });
  return { code, written, printed: printed.join("\n"), reported: reported.join("\n") };
}

describe("npm run train", () => {
  test("writes weights, and prints their quality before and after", () => {
    const { code, written, printed, reported } = run(["a.tsv"], { "a.tsv": lines(20) });

    expect(code).toBe(0);
    const stored = JSON.parse(written.get("functions/stages/ml-inference/weights.generated.json") ?? "");
    expect(Buffer.from(stored.weights, "base64")).toHaveLength(3 * 65_544);
    expect(printed).toMatch(
      /^ +texts +right % +macro-F1 % +calibration error % +by chance %\na\.tsv, before +60 .*\na\.tsv, after +60 +100\.0 +100\.0 /,
    );
    expect(printed).toContain("Next: npm test, then npm start or npm run deploy");
    expect(reported).toMatch(/^60 texts of 1 file\n.*100 %$/s);
  });

  test("trains on rated domains from scratch, and writes to --output", () => {
    const { code, written, printed } = run(["--ratings", "--domains", "--from-scratch", "--output", "w.json", "a.tsv", "b.tsv"], {
      "a.tsv": rated,
      "b.tsv": rated,
    });

    expect(code).toBe(0);
    expect([...written.keys()]).toEqual(["w.json"]);
    expect(printed).not.toContain("before");
    expect(printed).toMatch(/a\.tsv, after.*\na\.tsv, unseen.*\nb\.tsv, after.*\nb\.tsv, unseen.*\nall, after +120 +100\.0/);
  });

  test("measures whole documents beside their sentences", () => {
    const sentences = rated.split("\n").map((line, index) => `${Math.floor(index / 4)}_${index % 4}\t${line}`);

    const { printed, reported } = run(["--ratings", "--domains", "--from-scratch", "--output", "w.json", "a.tsv", "b.tsv"], {
      "a.tsv": sentences.join("\n"),
      "b.tsv": rated,
    });

    expect(reported).toMatch(/^120 texts of 2 files/);
    expect(printed).toMatch(/a\.tsv, whole documents, after +15 /);
    expect(printed).toMatch(/all, after +120 /);
  });

  test("--help prints its options", () => {
    const { code, printed } = run(["--help"]);

    expect(code).toBe(0);
    expect(printed).toContain("npm run train -- tickets.tsv");
  });

  test.each([
    [[], "npm run train -- tickets.tsv"],
    [["--what", "a.tsv"], "--what"],
    [["missing.tsv"], "missing.tsv cannot be read."],
    [["few.tsv"], "At least 20 texts of each sentiment are needed; there are 19 NEGATIVE, 19 NEUTRAL, 19 POSITIVE."],
    [["bad.tsv"], "bad.tsv, line 1: a label is"],
  ])("refuses %j in a sentence, and writes nothing", (args, expected) => {
    const { code, written, reported } = run(args, { "few.tsv": lines(19), "bad.tsv": "great\ttext" });

    expect(code).toBe(2);
    expect(reported).toContain(expected);
    expect(written.size).toBe(0);
  });
});
