import { createHash } from "node:crypto";
import { appendFileSync, constants, copyFileSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join, parse } from "node:path";
import type { BuildOptions, Metafile } from "esbuild";
import { defaultLanguages, type EngineFile, engineFiles, languageFile, languagesIn } from "../functions/stages/ocr/engine-files.ts";

/** Some packages of the SDK are CommonJS and ask for Node's own modules by `require`. */
const requireBanner = 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);';

const { build, version: esbuildVersion }: typeof import("esbuild") = createRequire(import.meta.url)("esbuild");

const options = {
  bundle: true,
  platform: "node",
  target: "node24",
  format: "esm",
  mainFields: ["module", "main"],
  splitting: true, // what is imported where it is used is a file of its own, beside the bundle
  outExtension: { ".js": ".mjs" },
  alias: {
    "@aws-sdk/credential-provider-node": "./functions/services/environment-credentials.ts",
    "node:http": "./functions/services/node-http.ts",
  },
  preserveSymlinks: true, // equal paths, hence equal bytes, wherever a linked folder of packages is
  external: ["bowser"], // the SDK imports it in browsers only
  minify: true,
  charset: "utf8",
  sourcemap: "external",
  sourcesContent: false,
  metafile: true,
  legalComments: "none",
  banner: { js: requireBanner },
  logLevel: "silent",
} as const satisfies BuildOptions;

/** OCR runs it in a thread of its own, so it is a file of its own. */
const decodeThread = { in: "functions/stages/ocr/decode/decode-thread.ts", out: "ocr/decode-thread" };

/**
 * Builds every function's bundle, unless nothing has changed since it was built. Equal inputs give equal bytes, in
 * any folder. The program goes on meanwhile: only the code of its functions waits.
 *
 * @param project the project's folder.
 * @param ocrLanguages the languages that OCR reads, `eng+deu`: each set has a folder of its own, so that two stacks do not mix theirs.
 * @returns the folder in which `<function>/index.mjs` is for each file in `functions/`, beside what it reads at run time.
 * @throws Error with esbuild's own message when a function does not build.
 */
export async function buildFunctions(project: string, ocrLanguages = defaultLanguages): Promise<string> {
  const inputs = digestOfInputs(project);
  const folder = join(project, ".build", "functions");
  await keep(folder, inputs, () => bundleAll(project, folder));
  if (ocrLanguages === defaultLanguages) return folder;
  const withLanguages = `${folder}-${ocrLanguages}`;
  await keep(withLanguages, inputs, async () => {
    rmSync(withLanguages, { recursive: true, force: true });
    cpSync(folder, withLanguages, { recursive: true, mode: constants.COPYFILE_FICLONE, filter: (file) => basename(file) !== stampName });
    rmSync(join(withLanguages, "ocr", languageFile(defaultLanguages).name));
    copyEngineFiles(project, languagesIn(ocrLanguages).map(languageFile), join(withLanguages, "ocr"));
  });
  return withLanguages;
}

const stampName = "inputs.sha256";

/** Fills a folder, unless it was filled from equal inputs. The stamp is written last: a folder with one is whole. */
async function keep(folder: string, inputs: string, fill: () => Promise<void>): Promise<void> {
  const stamp = join(folder, stampName);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === inputs) return;
  rmSync(stamp, { force: true });
  await fill();
  writeFileSync(stamp, inputs);
}

async function bundleAll(project: string, folder: string): Promise<void> {
  const handlers = readdirSync(join(project, "functions")).filter((name) => name.endsWith(".ts"));
  const names = handlers.map((file) => parse(file).name);
  const others = existsSync(folder) ? readdirSync(folder).filter((file) => !names.includes(parse(file).name.replace(/\.meta$/, ""))) : [];
  for (const file of others) rmSync(join(folder, file), { recursive: true });
  const changed = names.filter((name) => !isBuilt(project, join(folder, name)));
  await Promise.all([
    ...changed.map((name) => bundle(project, name, join(folder, name))),
    build({ ...options, sourcemap: "linked", entryPoints: [decodeThread], outdir: folder, absWorkingDir: project }),
  ]);
  copyEngineFiles(project, [...engineFiles, languageFile(defaultLanguages)], join(folder, "ocr"));
  // Their scripts are CommonJS, as Lambda treats a .js file, regardless of a package.json above this folder.
  writeFileSync(join(folder, "ocr", "package.json"), '{"type":"commonjs"}');
}

/** Builds a function by itself, so that its folder holds no code but its own. */
async function bundle(project: string, name: string, outdir: string): Promise<void> {
  for (const path of [outdir, `${outdir}.meta.json`]) rmSync(path, { recursive: true, force: true });
  const entryPoints = [{ in: `functions/${name}.ts`, out: "index" }];
  const { metafile } = await build({ ...options, entryPoints, outdir, absWorkingDir: project });
  const used = usedOutputs(metafile);
  for (const file of Object.keys(metafile.outputs).filter((file) => !file.endsWith(".map"))) {
    const path = join(project, file);
    const output = used[file];
    if (output === undefined) rmSync(path);
    if (output !== undefined && isMapped(output)) appendFileSync(path, `//# sourceMappingURL=${basename(path)}.map\n`);
    else rmSync(`${path}.map`);
  }
  const digest = digestOf(project, sourcesOf(metafile));
  writeFileSync(`${outdir}.meta.json`, JSON.stringify({ ...metafile, outputs: used, digest })); // also for https://esbuild.github.io/analyze
}

/** A function that was built from the same files is left as it is. */
function isBuilt(project: string, outdir: string): boolean {
  const built = `${outdir}.meta.json`;
  if (!existsSync(built)) return false;
  const metafile: Metafile & { digest?: string } = JSON.parse(readFileSync(built, "utf8"));
  const sources = sourcesOf(metafile);
  return sources.every((file) => existsSync(join(project, file))) && metafile.digest === digestOf(project, sources);
}

const sourcesOf = ({ inputs }: Metafile): string[] => Object.keys(inputs).filter((input) => input.startsWith("functions/"));

type Outputs = Metafile["outputs"];

/** The files that the bundle imports, at its start or later; esbuild also writes those that only left-out code would import. */
function usedOutputs({ outputs }: Metafile): Outputs {
  const used = new Set(Object.keys(outputs).filter((file) => basename(file) === "index.mjs"));
  for (const file of used) for (const { path, external } of outputs[file]?.imports ?? []) if (!external) used.add(path);
  return Object.fromEntries(Object.entries(outputs).filter(([file]) => used.has(file)));
}

/** Node reads a source map with its file, which takes as long as to compile the file: packages, with less of our code than this, have none. */
const minOwnShare = 0.02;

function isMapped({ inputs, bytes }: Outputs[string]): boolean {
  const own = Object.entries(inputs).filter(([input]) => !input.includes("node_modules/"));
  return own.reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0) >= minOwnShare * bytes;
}

/** OCR's engines are copied unchanged from their packages, beside its bundle; the lock file pins them. */
function copyEngineFiles(project: string, files: readonly EngineFile[], folder: string): void {
  const { resolve } = createRequire(join(project, "index.ts"));
  for (const { specifier, name } of files) copyFileSync(resolve(specifier), join(folder, name), constants.COPYFILE_FICLONE);
}

/** Everything that decides what the bundles are: our sources, the packages, and how they are built. */
function digestOfInputs(project: string): string {
  const files = readdirSync(join(project, "functions"), { recursive: true, encoding: "utf8" }).map((name) => join("functions", name));
  return digestOf(
    project,
    files.filter((file) => /\.(ts|json)$/.test(file)),
  );
}

function digestOf(project: string, sources: readonly string[]): string {
  const digest = createHash("sha256")
    .update(esbuildVersion)
    .update(readFileSync(import.meta.filename));
  for (const file of [...sources.toSorted(), "package.json", "package-lock.json"])
    digest.update(file).update(readFileSync(join(project, file)));
  return digest.digest("hex");
}
