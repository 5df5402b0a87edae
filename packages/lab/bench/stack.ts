import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import type { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { keepAliveAgent, send } from "./load.ts";
import { treeOf } from "./process-tree.ts";

const program = ["index.ts", "functions", "infrastructure", "statemachine", "packages/local", "scripts/with-node-24.mjs"];
const settings = ["Pulumi.yaml", "Pulumi.dev.yaml", "package.json", "package-lock.json"];

export interface ProjectCopy extends Disposable {
  readonly folder: string;
  /** An empty folder for the data of one start. */
  dataFolder(): string;
}

/** Copies the project without what it has built; the installed packages are shared. */
export function copyProject(project: string): ProjectCopy {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  for (const part of [...program, ...settings]) cpSync(join(project, part), join(folder, part), { recursive: true });
  symlinkSync(join(project, "node_modules"), join(folder, "node_modules"));
  return {
    folder,
    dataFolder: () => mkdtempSync(join(folder, "data-")),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

export interface StackOptions {
  /** The project's folder. */
  readonly project: string;
  readonly dataFolder: string;
  /** `key=value` of the stack's config. */
  readonly set: readonly string[];
  /** Any that is free by default. */
  readonly port?: number;
}

/** The last line that `npm start` prints of an execution: its status and its job. */
const endLine = /execution +(\S+) +name=(\S+)/;

/** The API's throttle is a setting, not what is measured. */
const unthrottled = 'throttle={"rate": 100000, "burst": 100000}';

const text = "AWS Lambda is a great serverless compute service, and DynamoDB keeps what it computes.";

/** The local runtime in a process of its own, as `npm start` starts it. Stop it when done. */
export class StartedStack {
  readonly #process: ChildProcess;
  readonly #ended = new Map<string, string>();
  readonly #waiting = new Map<string, (status: string) => void>();
  readonly #errors: string[] = [];
  readonly #url: Promise<string>;

  constructor({ project, dataFolder, set, port = 0 }: StackOptions) {
    const settings = [unthrottled, ...set].flatMap((assignment) => ["--set", assignment]);
    this.#process = spawn(
      process.execPath,
      ["scripts/with-node-24.mjs", "packages/local/start.ts", "--port", String(port), "--data", dataFolder, ...settings],
      { cwd: project, stdio: ["ignore", "pipe", "pipe"] },
    );
    const url = Promise.withResolvers<string>();
    this.#url = url.promise;
    this.#url.catch(() => undefined); // of a stack that is killed nobody need have asked for it
    createInterface({ input: this.#process.stdout ?? raise("No output.") }).on("line", (line) => {
      const address = /^ +API +(\S+)/.exec(line)?.[1];
      if (address !== undefined) url.resolve(address);
      this.#take(line);
    });
    this.#process.stderr?.on("data", (chunk) => this.#errors.push(String(chunk)));
    this.#process.once("exit", (code) => url.reject(new Error(`npm start ended with ${code}. ${this.#errors.join("")}`)));
  }

  get processId(): number {
    return this.#process.pid ?? raise("npm start has no process.");
  }

  /** Resolves when the runtime has printed its address; until then it answers `503`. */
  get url(): Promise<string> {
    return this.#url;
  }

  get #hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  /** Submits a document. @returns the id of its job. */
  async submit(agent: Agent): Promise<string> {
    const { status, body } = await send(agent, "POST", `${await this.#url}/jobs`, { text });
    if (status !== 202) throw new Error(`POST /jobs answered ${status}: ${body}`);
    return JSON.parse(body).jobId;
  }

  /**
   * Waits for the line that `npm start` prints at an execution's end. By then the record is DONE; reading it again and again
   * until it is would cost the machine more than the job does.
   *
   * @throws Error for an execution that did not succeed.
   */
  async done(jobId: string): Promise<void> {
    const status = this.#ended.get(jobId) ?? (await new Promise<string>((resolve) => this.#waiting.set(jobId, resolve)));
    if (status !== "SUCCEEDED") throw new Error(`The execution of ${jobId} ended ${status}.`);
  }

  /** @throws Error where the record says otherwise than its execution did. */
  async expectDone(agent: Agent, jobIds: readonly string[]): Promise<void> {
    for (const jobId of jobIds) {
      const { body } = await send(agent, "GET", `${await this.#url}/jobs/${jobId}`);
      if (JSON.parse(body).status !== "DONE") throw new Error(`The job ${jobId} is not DONE: ${body}`);
    }
  }

  async stop(): Promise<void> {
    if (this.#hasEnded) return;
    const exit = once(this.#process, "exit");
    this.#process.kill("SIGINT");
    await exit;
  }

  /** Ends the process by SIGKILL, alone or with all that it has started, and waits until it is gone. */
  async kill(scope: "process" | "tree"): Promise<void> {
    if (this.#hasEnded) return;
    const exit = once(this.#process, "exit");
    for (const id of scope === "tree" ? treeOf(this.processId) : [this.processId]) killIfThere(id);
    await exit;
  }

  #take(line: string): void {
    const [, status, jobId] = endLine.exec(line) ?? [];
    if (status === undefined || jobId === undefined) return;
    this.#ended.set(jobId, status);
    this.#waiting.get(jobId)?.(status);
    this.#waiting.delete(jobId);
  }
}

/** @returns milliseconds from the command to the answer of its first `POST /jobs`, and the stack. */
export async function startUntilAccepted(options: StackOptions): Promise<{ stack: StartedStack; milliseconds: number }> {
  const startedAt = performance.now();
  const stack = new StartedStack(options);
  const agent = keepAliveAgent(1);
  await stack.url;
  const jobId = await stack.submit(agent);
  const milliseconds = performance.now() - startedAt;
  await stack.done(jobId);
  agent.destroy();
  return { stack, milliseconds };
}

function killIfThere(processId: number): void {
  try {
    process.kill(processId, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function raise(sentence: string): never {
  throw new Error(sentence);
}
