// Runs a program of the project on Node 24, or says what to do. The node package brings Node 24 to all npm scripts.
import { pathToFileURL } from "node:url";
import { resolve } from "node:path";

const [major] = process.versions.node.split(".").map(Number);
if (major < 24) {
  console.error(
    `This needs Node 24, and ${process.version} runs it. Start it by its npm script (npm start, npm test, …). If that is what you did, the install script of the package "node" has not run: npm rebuild node.`,
  );
  process.exit(1);
}
const [program, ...args] = process.argv.slice(2);
process.argv = [process.execPath, resolve(program), ...args];
await import(pathToFileURL(resolve(program)).href);
