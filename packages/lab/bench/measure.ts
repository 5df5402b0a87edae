import { keepAliveAgent, type LoadLimits, load, type Percentiles, percentiles, send } from "./load.ts";
import { usageOfTree } from "./process-tree.ts";
import type { StartedStack } from "./stack.ts";

/** The figures of one load. Durations in milliseconds. */
export interface Measurement {
  readonly post: Percentiles;
  /** From before the POST to the end of the job's execution. */
  readonly submitToDone: Percentiles;
  readonly jobsPerSecond: number;
  /** CPU time of the runtime and all its functions; undefined where there is no /proc. */
  readonly cpuMillisecondsPerJob: number | undefined;
  readonly memoryBytes: number | undefined;
}

/** Measures clients that submit a document, wait until its job is done, and submit the next. */
export async function measureJobs(stack: StartedStack, limits: LoadLimits): Promise<Measurement> {
  const agent = keepAliveAgent(limits.clients);
  const posts: number[] = [];
  const jobs: number[] = [];
  const jobIds: string[] = [];
  const before = usageOfTree(stack.processId);
  const { count, milliseconds } = await load(limits, async () => {
    const startedAt = performance.now();
    const jobId = await stack.submit(agent);
    posts.push(performance.now() - startedAt);
    await stack.done(jobId);
    jobs.push(performance.now() - startedAt);
    jobIds.push(jobId);
  });
  const after = usageOfTree(stack.processId);
  await stack.expectDone(agent, jobIds);
  agent.destroy();
  return {
    post: percentiles(posts),
    submitToDone: percentiles(jobs),
    jobsPerSecond: (1_000 * count) / milliseconds,
    cpuMillisecondsPerJob: before && after && (after.cpuMilliseconds - before.cpuMilliseconds) / count,
    memoryBytes: after?.memoryBytes,
  };
}

/** Measures clients that post to a server which only answers: the lower bound of the figures above. */
export async function measurePosts(url: string, limits: LoadLimits): Promise<{ post: Percentiles; postsPerSecond: number }> {
  const agent = keepAliveAgent(limits.clients);
  const posts: number[] = [];
  const { count, milliseconds } = await load(limits, async () => {
    const startedAt = performance.now();
    await send(agent, "POST", url, { text: "floor" });
    posts.push(performance.now() - startedAt);
  });
  agent.destroy();
  return { post: percentiles(posts), postsPerSecond: (1_000 * count) / milliseconds };
}
