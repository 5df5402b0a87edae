// A process that runs the program as `npm start -- --port 0 --data <folder>` does, but with a stage that waits, so that executions
// gather in the midst of their states however fast the machine is. It is there to be killed.

import { startLocalRuntime } from "./local-runtime.ts";

const runtime = await startLocalRuntime({
  set: ['stagePaceSeconds={"mlInference": 1}'],
  ...(process.argv[2] !== undefined && { dataFolder: process.argv[2] }),
});
await runtime.warmUp();
console.log(`API ${runtime.apiUrl}\nTry it:`);
