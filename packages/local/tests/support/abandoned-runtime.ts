// A process that calls a function which never ends, prints the function's process id, and waits to be killed.
import { ExecutionEnvironment } from "../../lambda/execution-environment.ts";

const environment = new ExecutionEnvironment({
  codeFolder: process.argv[2] ?? "",
  handler: "index.handler",
  context: {},
  variables: {},
  memoryMiB: 128,
  onLine: () => console.log(environment.pid), // its code is in the loop from here on
});
await environment.invoke("request", '["request",0,0,{}]');
