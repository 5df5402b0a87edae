import { createRequire } from "node:module";

/** esbuild, loaded when it is first needed. Its synchronous calls keep a thread and a process of their own, 30 MB, where this variable does not tell them not to. */
export function loadEsbuild(): typeof import("esbuild") {
  process.env["ESBUILD_WORKER_THREADS"] = "0";
  return createRequire(import.meta.url)("esbuild");
}
