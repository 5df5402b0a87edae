import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectFolder } from "../../../../tests/support/evaluated-program.ts";
import { builtDefinition, plantedDefects, plantedSource } from "../../simulate/defects/planted-defects.ts";
import { defectTable, runDefects } from "../../simulate/defects/run-defects.ts";

const all = [...plantedDefects, builtDefinition];

test("there are twenty defects at least, and no two of one name", () => {
  expect(new Set(plantedDefects.map(({ name }) => name)).size).toBe(plantedDefects.length);
  expect(plantedDefects.length).toBeGreaterThanOrEqual(20);
});

test.each(all.map((defect) => [defect.name, defect] as const))("the piece of %j occurs once in its file", (_, defect) => {
  const source = readFileSync(join(projectFolder, defect.file), "utf8");

  const planted = plantedSource(defect, source);

  expect(planted).not.toBe(source);
  expect(planted.length - source.length).toBe(defect.instead.length - defect.piece.length);
});

test("a piece that is not there, or there twice, is refused by its name", () => {
  const defect = { name: "a slip", file: "a.ts", piece: "one", instead: "two" };

  expect(() => plantedSource(defect, "none")).not.toThrow();
  expect(() => plantedSource(defect, "some")).toThrow('The piece of "a slip" occurs 0 times in a.ts.');
  expect(() => plantedSource(defect, "one one")).toThrow('The piece of "a slip" occurs 2 times in a.ts.');
});

/** Those that take few seeds; `npm run simulate -- --defects` plants all. */
const soonFound = ["a refused result leaves its postings", "the sweeper makes a call that is not granted"];

test("planted defects are found", async () => {
  const defects = plantedDefects.filter(({ name }) => soonFound.includes(name));

  const results = await runDefects({ defects, from: 100, maxSeeds: 10, signal: new AbortController().signal, onResult: () => undefined });

  expect(results.map(({ defect, found }) => [defect.name, found?.failures[0]?.promise])).toEqual([
    ["a refused result leaves its postings", "deletion-left-posting"],
    ["the sweeper makes a call that is not granted", "not-permitted"],
  ]);
  expect(defectTable(results)).toMatch(
    /^a refused result leaves its postings \(functions\/jobs\/stage-handler\.ts\) +\d+ +deletion-left-posting$/m,
  );
});
