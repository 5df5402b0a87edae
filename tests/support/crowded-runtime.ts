// A process that runs the program as `npm start -- --port 0 --data <folder>` does, but with sixty executions at once, which
// wait in the midst of their states for the few environments that there are. It is there to be killed.

import { readyLines } from "../../packages/local/terminal.ts";
import { startLocalRuntime } from "./local-runtime.ts";

const [dataFolder] = process.argv.slice(2);
const runtime = await startLocalRuntime({ dataFolder, concurrentExecutions: 60 });
await runtime.warmUp();
console.log(readyLines(runtime, dataFolder, performance.now()));
