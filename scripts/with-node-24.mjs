// Runs a program of the project on Node 24, or says what to do. The node package brings Node 24 to all npm scripts.
import module from "node:module"; // not by name: an older Node, which is to get the sentence below, has no compile cache
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [major] = process.versions.node.split(".").map(Number);
if (major < 24) {
  console.error(
    `This needs Node 24, and ${process.version} runs it. Start it by its npm script (npm start, npm test, …). If that is what you did, the install script of the package "node" has not run: npm rebuild node.`,
  );
  process.exit(1);
}
// Code is stripped of its types and compiled once, and kept for the next start; processes that this one starts read the variable.
process.env.NODE_COMPILE_CACHE ??= resolve(".build/compile-cache");
module.enableCompileCache(process.env.NODE_COMPILE_CACHE);
const [program, ...args] = process.argv.slice(2);
process.argv = [process.execPath, resolve(program), ...args];
await import(pathToFileURL(resolve(program)).href);
