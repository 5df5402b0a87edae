import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type Interceptor,
  type Runtime,
  type RuntimeOptions,
  readStackConfig,
  startRuntime,
  systemClock,
} from "@async-text-processing/local";
import { refuseUndescribed } from "./described-answer.ts";
import { evaluatedProgram, projectFolder } from "./evaluated-program.ts";

export interface LocalRuntimeOptions extends Partial<Omit<RuntimeOptions, "config" | "stack" | "port">> {
  readonly set?: readonly string[];
  /** The project's folder: this one, or a copy. */
  readonly project?: string;
  /** Sees each permitted call of an AWS API before it runs. */
  readonly before?: Interceptor;
  /** Of the API; any that is free otherwise. */
  readonly port?: number;
}

/** Tests poll more often than clients do. */
const unthrottled = 'throttle={"rate": 5000, "burst": 5000}';

/** The program, run as `npm start` runs it, on free ports and in memory. Stop it when done. */
export async function startLocalRuntime({
  set = [],
  project = projectFolder,
  before,
  port = 0,
  ...options
}: LocalRuntimeOptions = {}): Promise<Runtime> {
  const faults: unknown[] = [];
  const settings = [unthrottled, ...set];
  const evaluated = project === projectFolder ? { manifest: await evaluatedProgram(...settings) } : {};
  const runtime = await startRuntime({
    clock: systemClock,
    onFault: (error) => faults.push(error),
    ...evaluated,
    ...options,
    stack: "dev",
    port,
    config: readStackConfig(project, "dev", settings),
  });
  if (project === projectFolder && options.manifest === undefined) described.add(runtime.apiUrl);
  if (before !== undefined) runtime.account.intercept(before);
  const stop = async () => {
    described.delete(runtime.apiUrl);
    await runtime.stop();
    if (faults.length > 0) throw new AggregateError(faults, "The runtime had faults of its own.");
  };
  return { ...runtime, stop };
}

/** A copy of the project, some of its files in other words; packages are shared. Remove it when done. */
export function copyProject(files: Readonly<Record<string, string>> = {}): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "project-"));
  const parts = ["functions", "infrastructure", "statemachine", "packages", "scripts", "index.ts", "Pulumi.yaml", "Pulumi.dev.yaml"];
  // The bundles are built again where the copy differs.
  for (const part of [...parts, ".build/functions", "package.json", "package-lock.json", "tsconfig.json"])
    cpSync(join(projectFolder, part), join(folder, part), { recursive: true });
  symlinkSync(join(projectFolder, "node_modules"), join(folder, "node_modules"));
  for (const [file, text] of Object.entries(files)) {
    rmSync(join(folder, file), { force: true });
    cpSync(join(projectFolder, "package.json"), join(folder, dirname(file), ".keep"));
    writeFileSync(join(folder, file), text);
  }
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** Addresses of APIs that are the program's own, not a changed copy's: they answer as `/openapi.json` says. */
const described = new Set<string>();

/** One request to the API; the body as JSON, or empty. An answer of the program's own that `/openapi.json` does not describe fails the test. */
export async function request({ apiUrl }: Pick<Runtime, "apiUrl">, path: string, init?: RequestInit): Promise<Answer> {
  const response = await fetch(`${apiUrl}${path}`, init);
  const text = await response.text();
  const contentType = response.headers.get("content-type");
  if (described.has(apiUrl)) refuseUndescribed({ method: init?.method ?? "GET", path, status: response.status, contentType, text });
  return { status: response.status, headers: response.headers, body: text === "" ? {} : JSON.parse(text) };
}

/** Posts a text as JSON. */
export async function submit(runtime: Pick<Runtime, "apiUrl">, text: string): Promise<string> {
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ text }) };
  const { status, body } = await request(runtime, "/jobs", init);
  if (status !== 202) throw new Error(`POST /jobs answered ${status}: ${JSON.stringify(body)}`);
  return body["jobId"] as string;
}

/** A runtime in this process, or only the address of one in another. */
type Polled = Pick<Runtime, "apiUrl"> & Partial<Pick<Runtime, "services">>;

/** The record in the table as text; nothing where the table is another process's. */
async function recordIn({ services }: Polled, jobId: string): Promise<string | undefined> {
  const Key = { jobId: { S: jobId } };
  return services && JSON.stringify(await services.dynamodb.execute("GetItem", { TableName: "jobs-local", Key }));
}

/**
 * Reads a job until it is as wanted; `turn` runs before each further look. How long that takes decides nothing. A job is not read
 * again as long as its record is the same: what the reads cost would be missing where the job is done.
 */
export async function poll(
  runtime: Polled,
  jobId: string,
  isAsWanted: (job: Record<string, unknown>) => boolean,
  turn?: () => Promise<void>,
) {
  let job: Record<string, unknown> = {};
  let before: string | undefined;
  for (let turns = 0; turns < 5_000; turns++) {
    const record = await recordIn(runtime, jobId);
    if (record === undefined || record !== before) job = (await request(runtime, `/jobs/${jobId}`)).body;
    if (isAsWanted(job)) return job;
    before = record;
    await turn?.();
    await sleep(record === undefined ? 50 : 10);
  }
  throw new Error(`The job ${jobId} did not become as wanted; it is ${JSON.stringify(job)}.`);
}

export const isFinal = ({ status }: Record<string, unknown>): boolean => status === "DONE" || status === "ERROR";
