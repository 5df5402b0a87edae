// A process with few file descriptors: a function is called when none is left, and again once some are. Prints what came of it as JSON.

import { closeSync, openSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../../clock.ts";
import { LambdaFunction } from "../../lambda/lambda-function.ts";
import { thisMachine } from "../../lambda/machine.ts";
import { Scaling } from "../../lambda/scaling.ts";

const faults = new Set<string>();
const create = () =>
  new LambdaFunction({
    ...{ functionName: "f", version: "1", arn: "arn", logGroupName: "g", codeFolder: process.argv[2] ?? "", handler: "index.handler" },
    ...{ variables: {}, memoryMiB: 128, timeoutSeconds: 60, maxEnvironments: 9, clock: systemClock, onLine: () => undefined },
    onFault: (error) => faults.add((error as NodeJS.ErrnoException).code ?? String(error)),
    scaling: new Scaling(thisMachine()),
  });
const first = create();
await first.invoke("1").then(() => first.stop()); // all code is loaded
const second = create();
const held = takeAll();
const answer = second.invoke("2");
while (faults.size === 0) await sleep(5);
for (const descriptor of held) closeSync(descriptor);
console.log(JSON.stringify({ faults: [...faults], answer: await answer }));
second.stop();

function takeAll(): number[] {
  const descriptors: number[] = [];
  for (;;) {
    try {
      descriptors.push(openSync("/dev/null", "r"));
    } catch {
      return descriptors;
    }
  }
}
