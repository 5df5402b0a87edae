import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Metafile } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildFunctions } from "../../infrastructure/bundle.ts";
import { projectFolder } from "../support/evaluated-program.ts";

/** A copy of what the bundles are made of, in a folder of its own; packages are shared. */
const project = mkdtempSync(join(tmpdir(), "bundle-"));
beforeAll(async () => {
  for (const part of ["functions", "package.json", "package-lock.json", "tsconfig.json"])
    cpSync(join(projectFolder, part), join(project, part), { recursive: true });
  symlinkSync(join(projectFolder, "node_modules"), join(project, "node_modules"));
  await buildFunctions(project);
});
afterAll(() => rmSync(project, { recursive: true }));

function filesIn(folder: string): Record<string, string> {
  const files = globSync("*/*", { cwd: folder }).sort();
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(folder, file), "latin1")]));
}

test("two builds in two folders are equal to the byte, and there is a bundle for every function", async () => {
  const one = filesIn(await buildFunctions(projectFolder));
  const other = filesIn(await buildFunctions(project));

  expect(Object.keys(one).filter((file) => file.endsWith("index.mjs"))).toHaveLength(
    globSync("functions/*.ts", { cwd: projectFolder }).length,
  );
  expect(Object.keys(other)).toEqual(Object.keys(one));
  expect(Object.keys(one).filter((file) => one[file] !== other[file])).toEqual([]);
  expect(Object.values(other).join("")).not.toContain(project);
});

test("OCR's engines are beside its bundle, byte for byte, and beside no other", async () => {
  const files = filesIn(await buildFunctions(project));

  const engines = Object.keys(files).filter((file) => !/\.mjs(\.map)?$/.test(file));
  expect(engines).toEqual(
    [
      "ocr/eng.traineddata.gz",
      "ocr/package.json",
      "ocr/pdfium.wasm",
      "ocr/tesseract-core-relaxedsimd-lstm.js",
      "ocr/tesseract-core-relaxedsimd-lstm.wasm",
      "ocr/tesseract-core-simd-lstm.js",
      "ocr/tesseract-core-simd-lstm.wasm",
      "ocr/vips-node.js",
      "ocr/vips.wasm",
    ].sort(),
  );
  const core = readFileSync(join(projectFolder, "node_modules/tesseract.js-core/tesseract-core-simd-lstm.wasm"), "latin1");
  expect(files["ocr/tesseract-core-simd-lstm.wasm"] === core).toBe(true);
});

test("languages of OCR have a folder of their own, with the same code and their data", async () => {
  const english = filesIn(await buildFunctions(project));
  const german = filesIn(await buildFunctions(project, "deu"));

  const without = ([file]: [string, string]) => !file.endsWith(".traineddata.gz");
  expect(Object.keys(german).filter((file) => file.endsWith(".traineddata.gz"))).toEqual(["ocr/deu.traineddata.gz"]);
  expect(Object.entries(german).filter(without)).toEqual(Object.entries(english).filter(without));
});

test("nothing is built again while no input has changed", async () => {
  const bundle = join(await buildFunctions(project), "unknown-route", "index.mjs");
  const before = statSync(bundle, { bigint: true }).mtimeNs;

  await buildFunctions(project);

  expect(statSync(bundle, { bigint: true }).mtimeNs).toBe(before);
});

test("a changed source is built", async () => {
  const folder = await buildFunctions(project);
  const before = readFileSync(join(folder, "unknown-route", "index.mjs"), "utf8");
  const source = join(project, "functions/api/unknown-route.ts");
  writeFileSync(source, readFileSync(source, "utf8").replace("is not allowed for", "is not possible for"));

  await buildFunctions(project);

  expect(readFileSync(join(folder, "unknown-route", "index.mjs"), "utf8")).not.toBe(before);
});

test("a function that does not build is reported with the place of its error, and leaves no bundle that looks complete", async () => {
  writeFileSync(join(project, "functions/broken.ts"), 'import "./missing.ts";\n');

  await expect(buildFunctions(project)).rejects.toThrow(/functions\/broken\.ts.*missing\.ts/s);
  expect(existsSync(join(project, ".build/functions/inputs.sha256"))).toBe(false);
});

/** The bundles of the project itself, which the suite's setup has built. */
const built = join(projectFolder, ".build/functions");
const functionNames = globSync("*/", { cwd: built }).sort();
const metafileOf = (name: string): Metafile => JSON.parse(readFileSync(join(built, `${name}.meta.json`), "utf8"));

/** The files that are loaded before a function's first call. */
function filesAtStart({ outputs }: Metafile): string[] {
  const found = new Set(Object.keys(outputs).filter((file) => file.endsWith("/index.mjs")));
  for (const file of found) {
    for (const { path, kind, external } of outputs[file]?.imports ?? []) if (kind === "import-statement" && !external) found.add(path);
  }
  return [...found];
}

/** KiB that are loaded before a function's first call, with a twentieth to spare. */
const maxStartKiB: Readonly<Record<string, number>> = {
  "create-job": 340,
  "create-upload": 350,
  "delete-job": 302,
  "find-documents": 442,
  "get-job": 297,
  "get-openapi": 84,
  "get-text": 297,
  "list-jobs": 285,
  "ml-inference": 655,
  ocr: 307,
  search: 530,
  "sweep-jobs": 285,
  "unknown-route": 28,
};

test.each(functionNames)("%s loads no more at its start than it did", (name) => {
  const metafile = metafileOf(name);

  const bytes = filesAtStart(metafile).reduce((sum, file) => sum + (metafile.outputs[file]?.bytes ?? 0), 0);

  expect(bytes / 1024).toBeLessThan(maxStartKiB[name] ?? 0);
});

const nowhere = ["credential-provider-(node|ini|sso|process|web-identity|login|http)/", "nested-clients/", "token-providers/", "bowser/"];
const stopWords = ["stopword/", "inverse-frequency\\.generated"];
/** Inputs that a function may not load at its start, as regular expressions; `anywhere` also not later. */
const notAtStart = {
  "create-job": { start: ["client-s3/", "eld/"], anywhere: stopWords },
  "delete-job": { start: ["client-s3/", ...stopWords], anywhere: ["client-sfn/"] },
  "find-documents": { start: [], anywhere: ["client-s3/", "client-sfn/", "htmlparser2/", "postal-mime/"] },
  "get-job": { start: ["client-s3/"], anywhere: [...stopWords, "client-sfn/"] },
  "get-text": { start: ["client-s3/"], anywhere: [...stopWords, "client-sfn/"] },
  "get-openapi": { start: [], anywhere: [...stopWords, "@smithy/", "@aws-sdk/"] },
  "list-jobs": { start: [], anywhere: [...stopWords, "client-s3/", "client-sfn/", "htmlparser2/"] },
  "ml-inference": { start: ["client-s3/", "eld/", "htmlparser2/", "postal-mime/"], anywhere: [...stopWords, "client-sfn/"] },
  ocr: { start: ["client-s3/", "htmlparser2/", "pngjs/", "jpeg-js/", "pdfium/"], anywhere: [...stopWords, "client-sfn/"] },
  search: { start: ["client-s3/", "htmlparser2/", "postal-mime/"], anywhere: ["client-sfn/", "eld/"] },
  "sweep-jobs": { start: [], anywhere: ["client-s3/", ...stopWords] },
} as const satisfies Readonly<Record<string, { start: readonly string[]; anywhere: readonly string[] }>>;

test.each(Object.entries(notAtStart))(
  "%s holds only the packages that it uses, and loads them where it does",
  (name, { start, anywhere }) => {
    const metafile = metafileOf(name);
    const inputsOf = (files: readonly string[]) => files.flatMap((file) => Object.entries(metafile.outputs[file]?.inputs ?? {}));
    const heldIn = (files: readonly string[]) =>
      inputsOf(files).flatMap(([input, { bytesInOutput }]) => (bytesInOutput > 0 ? [input] : []));

    const forbidden = new RegExp([...nowhere, ...anywhere].join("|"));
    expect(heldIn(Object.keys(metafile.outputs)).filter((input) => forbidden.test(input))).toEqual([]);
    expect(heldIn(filesAtStart(metafile)).filter((input) => start.some((part) => input.includes(part)))).toEqual([]);
  },
);
