import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import { withDeadline } from "../deadline.ts";
import type { InvocationUsage } from "../usage.ts";
import { type EnvironmentSpec, ExecutionEnvironment } from "./execution-environment.ts";
import type { Invocation } from "./invocation.ts";

export interface FunctionSpec extends Omit<EnvironmentSpec, "context"> {
  readonly functionName: string;
  readonly version: string;
  readonly arn: string;
  readonly logGroupName: string;
  readonly timeoutSeconds: number;
  /** Environments that may run at once; calls beyond them wait. */
  readonly environments: number;
  readonly clock: Clock;
  /** Called for each invocation. */
  readonly onUsage?: ((usage: InvocationUsage) => void) | undefined;
}

type InvocationOutcome = Invocation["outcome"];

/** The time that Lambda gives a function for its start; after that it starts once more, on the invocation's own time. */
const initMilliseconds = 10_000;

/** The reason of a deadline that has passed. */
const expired = Symbol("expired");

/** The outcome of a call that still waits when the runtime stops. */
const stopped: InvocationOutcome = { errorType: "Runtime.ExitError", errorMessage: "Runtime exited with error: signal: killed" };

/** One function: its warm environments, and the calls that wait for one. */
export class LambdaFunction {
  readonly #spec: FunctionSpec;
  readonly #environmentSpec: EnvironmentSpec;
  readonly #idle: ExecutionEnvironment[] = [];
  readonly #all = new Set<ExecutionEnvironment>();
  readonly #waiting: (() => void)[] = [];
  #busy = 0;
  #warmingUp: Promise<void> | undefined;
  #isStopped = false;

  constructor(spec: FunctionSpec) {
    const { functionName, version, arn, logGroupName, memoryMiB } = spec;
    const names = { functionName, functionVersion: version, invokedFunctionArn: arn, logGroupName };
    this.#spec = spec;
    this.#environmentSpec = { ...spec, context: { ...names, memoryLimitInMB: String(memoryMiB) } };
  }

  get name(): string {
    return this.#spec.functionName;
  }

  get version(): string {
    return this.#spec.version;
  }

  /** Starts an environment ahead of the first call, which waits for it. One that does not start is left to that call. */
  async warmUp(): Promise<void> {
    if (this.#all.size > 0) return;
    this.#busy++;
    this.#warmingUp = this.#initialize().then((environment) => this.#giveBack(environment));
    await this.#warmingUp;
    this.#warmingUp = undefined;
  }

  /**
   * Invokes the function synchronously. Its time counts from when an environment takes the event; the caller's leaving
   * does not stop it.
   *
   * @param event JSON.
   */
  async invoke(event: string): Promise<InvocationOutcome> {
    if (this.#busy >= this.#spec.environments) await this.#turn();
    else this.#busy++;
    await this.#warmingUp;
    const startedAt = this.#spec.clock.now();
    const environment = this.#isStopped ? undefined : (this.#takeWarm() ?? (await this.#initialize()) ?? this.#start());
    const outcome = environment === undefined ? stopped : await this.#run(environment, event);
    this.#meter(environment, startedAt);
    this.#giveBack(environment);
    return outcome;
  }

  /** Ends every environment; none starts after it. */
  stop(): void {
    this.#isStopped = true;
    for (const environment of this.#all) environment.kill();
  }

  async #run(environment: ExecutionEnvironment, event: string): Promise<InvocationOutcome> {
    const { clock, timeoutSeconds } = this.#spec;
    const requestId = randomUUID();
    const now = clock.now();
    const ahead = now - Date.now();
    const offset = Math.abs(ahead) < 5 ? 0 : ahead; // the same clock, read twice
    // In JSON, a line can break between tokens alone.
    const line = event.includes("\n") ? event.replaceAll("\n", " ") : event;
    const request = `["${requestId}",${now + 1_000 * timeoutSeconds},${offset},${line}]`;
    const errorMessage = () => `RequestId: ${requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
    const outcome = await this.#inTime(environment.invoke(requestId, request), 1_000 * timeoutSeconds, environment);
    return outcome ?? { errorType: "Sandbox.Timedout", errorMessage: errorMessage() };
  }

  #meter(environment: ExecutionEnvironment | undefined, startedAt: number): void {
    const { clock, functionName, onUsage } = this.#spec;
    if (environment === undefined || onUsage === undefined) return;
    const billedMilliseconds = Math.max(1, Math.ceil(clock.now() - startedAt));
    onUsage({ kind: "invocation", functionName, billedMilliseconds, cpuMilliseconds: environment.takeCpuMilliseconds() });
  }

  /** Lambda's Init phase: an environment whose handler is loaded; none where that failed or took too long. */
  async #initialize(): Promise<ExecutionEnvironment | undefined> {
    const environment = this.#start();
    const isReady = await this.#inTime(
      environment.ready.then((failure) => failure === undefined),
      initMilliseconds,
      environment,
    );
    if (isReady === true) return environment;
    environment.kill();
    this.#all.delete(environment);
    return undefined;
  }

  /** The result of an environment's work; nothing where its time was up first, and then its process is ended. */
  async #inTime<T>(work: Promise<T>, milliseconds: number, environment: ExecutionEnvironment): Promise<T | undefined> {
    try {
      return await withDeadline({ clock: this.#spec.clock, milliseconds, expired }, () => work);
    } catch (error) {
      if (error !== expired) throw error;
      environment.kill();
      return undefined;
    }
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #takeWarm(): ExecutionEnvironment | undefined {
    for (let environment = this.#idle.pop(); environment !== undefined; environment = this.#idle.pop()) {
      if (environment.isAlive) return environment;
      this.#all.delete(environment);
    }
    return undefined;
  }

  #start(): ExecutionEnvironment {
    const environment = new ExecutionEnvironment(this.#environmentSpec);
    this.#all.add(environment);
    if (this.#isStopped) environment.kill();
    return environment;
  }

  #giveBack(environment: ExecutionEnvironment | undefined): void {
    if (environment?.isAlive) this.#idle.push(environment);
    else if (environment !== undefined) this.#all.delete(environment);
    const next = this.#waiting.shift();
    if (next === undefined) this.#busy--;
    else next();
  }
}
