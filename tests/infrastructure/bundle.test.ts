import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buildFunctions } from "../../infrastructure/bundle.ts";
import { projectFolder } from "../support/evaluated-program.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A copy of what the bundles are made of, in a folder of its own; packages are shared. */
function projectCopy(): string {
  const folder = mkdtempSync(join(tmpdir(), "bundle-"));
  folders.push(folder);
  for (const part of ["functions", "package.json", "package-lock.json", "tsconfig.json"])
    cpSync(join(projectFolder, part), join(folder, part), { recursive: true });
  symlinkSync(join(projectFolder, "node_modules"), join(folder, "node_modules"));
  return folder;
}

function filesIn(folder: string): Record<string, string> {
  const files = globSync("*/*", { cwd: folder }).sort();
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(folder, file), "latin1")]));
}

let project: string;
beforeEach(() => {
  project = projectCopy();
});

test("two builds in two folders are equal to the byte, and there is a bundle for every function", () => {
  const one = filesIn(buildFunctions(project));
  const other = filesIn(buildFunctions(projectCopy()));

  expect(Object.keys(one).filter((file) => file.endsWith("index.mjs"))).toHaveLength(
    globSync("functions/*.ts", { cwd: projectFolder }).length,
  );
  expect(Object.keys(other)).toEqual(Object.keys(one));
  expect(Object.keys(one).filter((file) => one[file] !== other[file])).toEqual([]);
  expect(Object.values(one).join("")).not.toContain(project);
});

test("OCR's engines are beside its bundle, byte for byte, and beside no other", () => {
  const files = filesIn(buildFunctions(project));

  const engines = Object.keys(files).filter((file) => !/\/index\.mjs(\.map)?$/.test(file));
  expect(engines).toEqual(
    [
      "ocr/eng.traineddata.gz",
      "ocr/package.json",
      "ocr/pdfium.wasm",
      "ocr/tesseract-core-relaxedsimd-lstm.js",
      "ocr/tesseract-core-relaxedsimd-lstm.wasm",
      "ocr/tesseract-core-simd-lstm.js",
      "ocr/tesseract-core-simd-lstm.wasm",
    ].sort(),
  );
  const core = readFileSync(join(projectFolder, "node_modules/tesseract.js-core/tesseract-core-simd-lstm.wasm"), "latin1");
  expect(files["ocr/tesseract-core-simd-lstm.wasm"] === core).toBe(true);
});

test("nothing is built again while no input has changed", () => {
  const bundle = join(buildFunctions(project), "unknown-route", "index.mjs");
  const before = statSync(bundle, { bigint: true }).mtimeNs;

  buildFunctions(project);

  expect(statSync(bundle, { bigint: true }).mtimeNs).toBe(before);
});

test("a changed source is built", () => {
  const folder = buildFunctions(project);
  const before = readFileSync(join(folder, "unknown-route", "index.mjs"), "utf8");
  const source = join(project, "functions/api/unknown-route.ts");
  writeFileSync(source, readFileSync(source, "utf8").replace("is not allowed for", "is not possible for"));

  buildFunctions(project);

  expect(readFileSync(join(folder, "unknown-route", "index.mjs"), "utf8")).not.toBe(before);
});

test("a function that does not build is reported with the place of its error, and leaves no bundle that looks complete", () => {
  writeFileSync(join(project, "functions/broken.ts"), 'import "./missing.ts";\n');

  expect(() => buildFunctions(project)).toThrow(/functions\/broken\.ts.*missing\.ts/s);
  expect(existsSync(join(project, ".build/functions/inputs.sha256"))).toBe(false);
});
