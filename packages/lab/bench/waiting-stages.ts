import { setTimeout as sleep } from "node:timers/promises";
import type { Row } from "../../../scripts/table.ts";
import { keepAliveAgent, load } from "./load.ts";
import { usageOfTree } from "./process-tree.ts";
import { type ProjectCopy, startUntilAccepted } from "./stack.ts";

/** Jobs, submitted at once, whose stages wait as for a model behind an API. */
export interface WaitingStages {
  readonly jobs: number;
  /** Of each of the three stages. */
  readonly paceSeconds: number;
}

/** The time until all of them are done, and the most memory that all processes held meanwhile, measured each second. */
export async function measureWaitingStages({ jobs, paceSeconds }: WaitingStages, copy: ProjectCopy): Promise<readonly [head: Row, Row]> {
  const stages = ["ocr", "mlInference", "search"];
  const pace = JSON.stringify(Object.fromEntries(stages.map((stage) => [stage, paceSeconds])));
  const set = ["relatedDocuments=off", "logLevel=ERROR", `stagePaceSeconds=${pace}`];
  const { stack } = await startUntilAccepted({ project: copy.folder, dataFolder: copy.dataFolder(), set });
  const agent = keepAliveAgent(jobs);
  let maxBytes = 0;
  let isOver = false;
  const watch = async () => {
    for (; !isOver; await sleep(1_000)) maxBytes = Math.max(maxBytes, usageOfTree(stack.processId)?.memoryBytes ?? 0);
  };
  const watching = watch();
  try {
    const limits = { clients: jobs, count: jobs, milliseconds: 60_000 };
    const { milliseconds } = await load(limits, async () => stack.done(await stack.submit(agent)));
    const name = `${jobs} jobs at once, stages that wait ${paceSeconds} s each`;
    return [
      ["Waiting stages", "all DONE after s", "most memory MB"],
      [name, (milliseconds / 1_000).toFixed(0), maxBytes === 0 ? "–" : (maxBytes / 1e6).toFixed(0)],
    ];
  } finally {
    isOver = true;
    await watching;
    agent.destroy();
    await stack.stop();
  }
}
