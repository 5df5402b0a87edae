import { createHash } from "node:crypto";
import { appendFileSync, constants, copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join, parse } from "node:path";
import { type BuildOptions, buildSync, version as esbuildVersion, type Metafile } from "esbuild";
import { engineFiles } from "../functions/stages/ocr/engine-files.ts";

/** Some packages of the SDK are CommonJS and ask for Node's own modules by `require`. */
const requireBanner = 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);';

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

/**
 * Builds every function's bundle, unless nothing has changed since it was built. Equal inputs give equal bytes, in
 * any folder.
 *
 * @param project the project's folder.
 * @returns the folder in which `<function>/index.mjs` is for each file in `functions/`, beside what it reads at run time.
 * @throws Error with esbuild's own message when a function does not build.
 */
export function buildFunctions(project: string): string {
  const folder = join(project, ".build", "functions");
  const stamp = join(folder, "inputs.sha256");
  const inputs = digestOfInputs(project);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === inputs) return folder;
  rmSync(folder, { recursive: true, force: true });
  const handlers = readdirSync(join(project, "functions")).filter((name) => name.endsWith(".ts"));
  for (const { name } of handlers.map((file) => parse(file))) bundle(project, name, join(folder, name));
  copyEngineFiles(project, join(folder, "ocr"));
  writeFileSync(stamp, inputs);
  return folder;
}

/** Builds a function by itself, so that its folder holds no code but its own. */
function bundle(project: string, name: string, outdir: string): void {
  const entryPoints = [{ in: `functions/${name}.ts`, out: "index" }];
  const { metafile } = buildSync({ ...options, entryPoints, outdir, absWorkingDir: project });
  linkSourceMaps(project, metafile);
  writeFileSync(`${outdir}.meta.json`, JSON.stringify(metafile)); // for https://esbuild.github.io/analyze
}

/** Files of which less is ours have no source map: Node reads it with the file itself, which takes as long as to compile the file. */
const minOwnShare = 0.02;

function linkSourceMaps(project: string, { outputs }: Metafile): void {
  for (const [file, { inputs, bytes }] of Object.entries(outputs)) {
    if (file.endsWith(".map")) continue;
    const own = Object.entries(inputs).reduce((sum, [input, { bytesInOutput }]) => sum + (isPackaged(input) ? 0 : bytesInOutput), 0);
    if (own < minOwnShare * bytes) rmSync(join(project, `${file}.map`));
    else appendFileSync(join(project, file), `//# sourceMappingURL=${basename(file)}.map\n`);
  }
}

const isPackaged = (file: string): boolean => file.includes("node_modules/");

/** OCR's engines are copied unchanged from their packages, beside its bundle; the lock file pins them. */
function copyEngineFiles(project: string, folder: string): void {
  const { resolve } = createRequire(join(project, "index.ts"));
  for (const { specifier, name } of engineFiles) copyFileSync(resolve(specifier), join(folder, name), constants.COPYFILE_FICLONE);
  // Their scripts are CommonJS, as Lambda treats a .js file, regardless of a package.json above this folder.
  writeFileSync(join(folder, "package.json"), '{"type":"commonjs"}');
}

/** Everything that decides what the bundles are: our sources, the packages, and how they are built. */
function digestOfInputs(project: string): string {
  const digest = createHash("sha256")
    .update(esbuildVersion)
    .update(readFileSync(import.meta.filename));
  const sources = readdirSync(join(project, "functions"), { recursive: true, encoding: "utf8" }).filter((file) =>
    /\.(ts|json)$/.test(file),
  );
  for (const file of [...sources.sort().map((name) => join("functions", name)), "package.json", "package-lock.json"]) {
    digest.update(file).update(readFileSync(join(project, file)));
  }
  return digest.digest("hex");
}
