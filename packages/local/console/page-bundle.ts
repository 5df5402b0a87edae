import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadEsbuild } from "../esbuild.ts";

const folder = join(import.meta.dirname, "page");

let built: ReturnType<typeof build> | undefined;

/** Builds the page when it is first asked for: 0.2 s, once a process. */
export function pageBundle() {
  built ??= build();
  return built;
}

async function build() {
  const esbuild = loadEsbuild();
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(folder, "main.tsx")],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2023",
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "none",
    charset: "utf8",
    logLevel: "silent",
    write: false,
  });
  await esbuild.stop(); // its process
  const text = (name: string) => readFileSync(join(folder, name), "utf8");
  return { script: outputFiles[0]?.text ?? "", style: text("main.css"), html: text("index.html") };
}
