import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import { pause, withDeadline } from "../deadline.ts";
import type { InvocationUsage } from "../usage.ts";
import { type EnvironmentSpec, ExecutionEnvironment } from "./execution-environment.ts";
import type { Invocation, InvokeOptions, OnWait } from "./invocation.ts";
import type { ScaledFunction, Scaling } from "./scaling.ts";

export interface FunctionSpec extends Omit<EnvironmentSpec, "context"> {
  readonly functionName: string;
  readonly version: string;
  readonly arn: string;
  readonly logGroupName: string;
  readonly timeoutSeconds: number;
  /** Environments that it may have: the executions that are reserved for it, or all of the account's. */
  readonly maxEnvironments: number;
  readonly scaling: Scaling;
  readonly clock: Clock;
  /** Called each time that a process cannot be started. */
  readonly onFault: (error: unknown) => void;
  /** Called for each invocation. */
  readonly onUsage?: ((usage: InvocationUsage) => void) | undefined;
}

type InvocationOutcome = Invocation["outcome"];

/** The time that Lambda gives a function for its start; after that it starts once more, on the invocation's own time. */
const initMilliseconds = 10_000;

/** An environment that no call has used for so long ends, unless it is the function's last. */
const maxIdleMilliseconds = 60_000;

/** In real time, after a process that could not be started. */
const retryMilliseconds = 200;

/** A call that uses less than this part of a core waits for something else. */
const busyShare = 0.1;

/** The reason of a deadline that has passed. */
const expired = Symbol("expired");

/** The outcome of a call that still waits when the runtime stops. */
const stopped: InvocationOutcome = { errorType: "Runtime.ExitError", errorMessage: "Runtime exited with error: signal: killed" };

/** One function: its environments, and the calls that wait for one. */
export class LambdaFunction implements ScaledFunction {
  /** Calls that an environment has taken, since the beginning. */
  taken = 0;
  readonly #spec: FunctionSpec;
  readonly #environmentSpec: EnvironmentSpec;
  /** Those that were used last are used next. */
  readonly #idle: { readonly environment: ExecutionEnvironment; readonly since: number }[] = [];
  readonly #all = new Set<ExecutionEnvironment>();
  readonly #waiting: ((environment: ExecutionEnvironment | undefined) => void)[] = [];
  readonly #stopped = new AbortController();
  #starting = 0;
  /** Environments that end when their call gives them back. */
  #surplus = 0;
  #isReleased = false;
  #isRetiring = false;
  #readyBefore = { at: 0, milliseconds: new Map<ExecutionEnvironment, number | undefined>() };

  constructor(spec: FunctionSpec) {
    const { functionName, version, arn, logGroupName, memoryMiB } = spec;
    const names = { functionName, functionVersion: version, invokedFunctionArn: arn, logGroupName };
    this.#spec = spec;
    this.#environmentSpec = { ...spec, context: { ...names, memoryLimitInMB: String(memoryMiB) } };
    spec.scaling.add(this);
  }

  get name(): string {
    return this.#spec.functionName;
  }

  get version(): string {
    return this.#spec.version;
  }

  get memoryMiB(): number {
    return this.#spec.memoryMiB;
  }

  get timeoutSeconds(): number {
    return this.#spec.timeoutSeconds;
  }

  get maxEnvironments(): number {
    return this.#spec.maxEnvironments;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  get isStarting(): boolean {
    return this.#starting > 0;
  }

  get pids(): readonly number[] {
    return Array.from(this.#all, ({ pid }) => pid);
  }

  get idle(): number {
    return this.#idle.length;
  }

  /** Calls that run: on AWS, those that wait for this machine would not count as long as they do. */
  get running(): number {
    return this.#all.size - this.#idle.length - Math.max(0, this.#starting - this.#waiting.length);
  }

  /** Starts an environment ahead of the first call. One that does not start is left to that call. */
  async warmUp(): Promise<void> {
    if (this.#all.size === 0) await this.#grow();
  }

  /**
   * Invokes the function synchronously. Its time counts from when an environment takes the event; the caller's leaving
   * does not stop it.
   *
   * @param event JSON.
   * @param options `onWait` is called where it has to wait for an environment.
   */
  async invoke(event: string, { onWait, onLogTail }: InvokeOptions = {}): Promise<InvocationOutcome> {
    const environment = this.#takeWarm() ?? (await this.#nextFree(onWait));
    if (environment === undefined) return stopped;
    this.taken++;
    const startedAt = this.#spec.clock.now();
    const outcome = await this.#run(environment, event);
    onLogTail?.(environment.logTail);
    this.#meter(environment, startedAt);
    this.#giveBack(environment);
    return outcome;
  }

  grow(): void {
    void this.#grow();
  }

  shrink(): void {
    const [oldest] = this.#idle.splice(0, 1);
    if (oldest === undefined) this.#surplus = 1;
    else this.#end(oldest.environment);
  }

  busyCores(): number {
    const before = this.#readyBefore;
    const isIdle = new Set(this.#idle.map(({ environment }) => environment));
    const inCall = [...this.#all].filter((environment) => !isIdle.has(environment));
    const now = { at: performance.now(), milliseconds: new Map(inCall.map((each) => [each, each.readyMilliseconds] as const)) };
    this.#readyBefore = now;
    const isBusy = (environment: ExecutionEnvironment) => {
      const used = (now.milliseconds.get(environment) ?? Number.NaN) - (before.milliseconds.get(environment) ?? 0);
      return !(used < busyShare * (now.at - before.at));
    };
    return inCall.filter(isBusy).length;
  }

  /** Ends environments as soon as no call needs them. A call that still comes starts one. */
  release(): void {
    this.#isReleased = true;
    for (const { environment } of this.#idle.splice(0)) this.#end(environment);
  }

  /** Ends every environment; none starts after it. */
  stop(): void {
    this.#stopped.abort();
    this.#spec.scaling.delete(this);
    for (const environment of this.#all) environment.kill();
    for (const take of this.#waiting.splice(0)) take(undefined);
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

  #meter(environment: ExecutionEnvironment, startedAt: number): void {
    const { clock, functionName, onUsage } = this.#spec;
    if (onUsage === undefined) return;
    const billedMilliseconds = Math.max(1, Math.ceil(clock.now() - startedAt));
    onUsage({ kind: "invocation", functionName, billedMilliseconds, cpuMilliseconds: environment.takeCpuMilliseconds() });
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

  #takeWarm(): ExecutionEnvironment | undefined {
    for (let last = this.#idle.pop(); last !== undefined; last = this.#idle.pop()) {
      if (last.environment.isAlive) return last.environment;
      this.#all.delete(last.environment);
    }
    return undefined;
  }

  /** The environment that the call gets when it is its turn; nothing where the function has stopped. */
  async #nextFree(onWait: OnWait | undefined): Promise<ExecutionEnvironment | undefined> {
    if (this.#stopped.signal.aborted) return undefined;
    const goOn = onWait?.();
    const free = new Promise<ExecutionEnvironment | undefined>((resolve) => this.#waiting.push(resolve));
    if (this.#all.size === 0) this.grow();
    this.#spec.scaling.lookLater();
    return free.finally(goOn);
  }

  /** Starts an environment for what waits. One that does not start within Lambda's Init phase starts once more, in the call's own time. */
  async #grow(): Promise<void> {
    this.#starting++;
    try {
      const environment = await this.#initialize();
      if (environment !== undefined) this.#giveBack(environment);
      else if (this.#waiting.length > 0) this.#waiting.shift()?.(this.#start());
    } catch (error) {
      this.#spec.onFault(error);
      this.#growLater();
    } finally {
      this.#starting--;
    }
  }

  /** No process can be started now, such as without a file descriptor. The time of the calls that wait stands still. */
  #growLater(): void {
    setTimeout(() => {
      const isNeeded = this.#waiting.length > 0 && this.#all.size === 0;
      if (isNeeded && !this.#stopped.signal.aborted) this.grow();
    }, retryMilliseconds);
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
    this.#end(environment);
    return undefined;
  }

  #start(): ExecutionEnvironment {
    const environment = new ExecutionEnvironment(this.#environmentSpec);
    this.#all.add(environment);
    if (this.#stopped.signal.aborted) environment.kill();
    return environment;
  }

  #end(environment: ExecutionEnvironment): void {
    environment.kill();
    this.#all.delete(environment);
  }

  #giveBack(environment: ExecutionEnvironment): void {
    const isSurplus = this.#surplus > 0 && this.#all.size > 1;
    if (isSurplus) this.#surplus--;
    const isUnneeded = this.#isReleased && this.#waiting.length === 0;
    if (isSurplus || isUnneeded || !environment.isAlive || environment.isSpent) {
      this.#replace(environment);
    } else {
      const take = this.#waiting.shift();
      if (take === undefined) this.#rest(environment);
      else take(environment);
    }
  }

  /** Ends an environment; another one starts where it was the last, and calls wait. */
  #replace(environment: ExecutionEnvironment): void {
    this.#end(environment);
    if (this.#waiting.length > 0 && this.#all.size === 0) this.grow();
  }

  #rest(environment: ExecutionEnvironment): void {
    this.#idle.push({ environment, since: this.#spec.clock.now() });
    if (this.#all.size > 1 && !this.#isRetiring) void this.#retire();
  }

  /** Ends what is idle for too long, as long as there is any. */
  async #retire(): Promise<void> {
    this.#isRetiring = true;
    const { clock } = this.#spec;
    for (let [oldest] = this.#idle; oldest !== undefined && this.#all.size > 1; [oldest] = this.#idle) {
      const isOver = oldest.since + maxIdleMilliseconds <= clock.now();
      if (isOver) this.shrink();
      else if (!(await pause(clock, oldest.since + maxIdleMilliseconds - clock.now(), this.#stopped.signal))) break;
    }
    this.#isRetiring = false;
  }
}
