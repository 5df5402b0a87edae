// A process that runs the program as `npm start -- --port 0 --data <folder>` does, but with sixty executions at once, which
// wait in the midst of their states for the few environments that there are. It is there to be killed.

import { startLocalRuntime } from "./local-runtime.ts";

const runtime = await startLocalRuntime({ ...(process.argv[2] !== undefined && { dataFolder: process.argv[2] }) });
await runtime.warmUp();
console.log(`API ${runtime.apiUrl}\nTry it:`);
