import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "@async-text-processing/local";
import { DynamoEngine } from "@async-text-processing/local/testing";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { Job } from "../../../../functions/jobs/job.ts";
import { stages } from "../../../../functions/stages/registry.ts";
import type { SeenJobs } from "./seen-jobs.ts";

/** Creation, the begin, and one for each stage. */
const writesOfJob = 2 + stages.length;
/** By the sweeper, once for the ten minutes until a start, and once for the execution. */
const maxPostponements = 2;

/** Compares what a stack that has been stopped has on disk with what the clients know. */
export async function checkDataFolder(folder: string, jobs: SeenJobs): Promise<void> {
  const engine = await DynamoEngine.open({ clock: systemClock, folder: join(folder, "tables") });
  try {
    for (const record of (await itemsOf(engine, "jobs-local")) as unknown as Job[]) checkRecord(record, jobs);
    for (const { place } of await itemsOf(engine, "postings-local")) checkOwner("a posting", String(place).split("#")[1], jobs);
  } finally {
    await engine.close();
  }
  for (const key of objectKeys(join(folder, "buckets"))) checkOwner("an object", /^jobs\/([^/]+)/.exec(key)?.[1], jobs);
}

async function itemsOf(engine: DynamoEngine, TableName: string): Promise<Record<string, unknown>[]> {
  const { Items } = await engine.execute("Scan", { TableName });
  return (Items as Parameters<typeof unmarshall>[0][]).map((item) => unmarshall(item));
}

function checkRecord(record: Job, jobs: SeenJobs): void {
  const { jobId } = record;
  const writes = record.version - record.restarts;
  if ("claimedBy" in record) checkOwner("a claim", String(record.claimedBy), jobs);
  else if (!jobs.has(jobId)) jobs.fail("twice", `There is a job ${jobId}, which no client was told of, or which was deleted.`);
  else if (writes > writesOfJob + maxPostponements) jobs.fail("twice", `Job ${jobId} was written ${writes} times.`);
}

function checkOwner(kind: string, jobId: string | undefined, jobs: SeenJobs): void {
  if (jobId !== undefined && !jobs.has(jobId)) jobs.fail("left behind", `There is ${kind} of the job ${jobId}, which is not there.`);
}

/** Each object is a file that begins with a line of JSON. */
function objectKeys(buckets: string): string[] {
  const files = readdirSync(buckets, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((file) => {
    const bytes = readFileSync(join(file.parentPath, file.name));
    return String(JSON.parse(bytes.subarray(0, bytes.indexOf("\n")).toString()).key);
  });
}
