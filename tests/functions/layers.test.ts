import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { projectFolder } from "../support/evaluated-program.ts";

interface Import {
  readonly file: string;
  readonly of: string;
}

const statement = /^(?:import|export)\s[^;]*?\sfrom\s"(?<of>[^"]+)";|^import\s"(?<bare>[^"]+)";|\bimport\("(?<late>[^"]+)"\)/gm;

/** The imports of a file, relative paths from the project's folder. */
function importsOf(file: string): Import[] {
  const text = readFileSync(join(projectFolder, file), "utf8");
  return [...text.matchAll(statement)].map(({ groups = {} }) => {
    const of = groups["of"] ?? groups["bare"] ?? groups["late"] ?? "";
    return { file, of: of.startsWith(".") ? relative(projectFolder, join(projectFolder, dirname(file), of)) : of };
  });
}

const layers = ["api", "jobs", "stages", "services"];
const layerOf = (file: string): string | undefined => layers.find((layer) => file.startsWith(`functions/${layer}/`));
const all = globSync("functions/**/*.ts", { cwd: projectFolder }).flatMap(importsOf);

test("the imports are found", () => {
  const found = all.filter(({ file }) => file === "functions/jobs/job-repository.ts").map(({ of }) => of);

  expect(found).toContain("@aws-sdk/lib-dynamodb");
  expect(found).toContain("functions/jobs/job.ts");
});

test("api imports from jobs and stages, jobs from stages, and stages from neither; services connect all for the entries", () => {
  const pairs = all.map(({ file, of }) => [layerOf(file), layerOf(of)]).filter(([from, to]) => from !== to && to !== undefined);

  const between = [...new Set(pairs.filter(([from]) => from !== undefined).map(([from, to]) => `${from} > ${to}`))].sort();
  expect(between).toEqual(["api > jobs", "api > stages", "jobs > stages", "services > jobs", "services > stages"]);
});

test("api does not depend on DynamoDB or S3, and only api depends on HTTP", () => {
  const sdkOfApi = all.filter(({ file, of }) => layerOf(file) === "api" && of.startsWith("@aws-sdk/"));
  const http = all.filter(({ file, of }) => ["jobs", "stages"].includes(layerOf(file) ?? "") && of.startsWith("node:http"));

  expect(sdkOfApi).toEqual([]);
  expect(http).toEqual([]);
});
