import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import { type EnvironmentSpec, ExecutionEnvironment, type InvocationOutcome } from "./execution-environment.ts";

export interface FunctionSpec extends EnvironmentSpec {
  readonly functionName: string;
  readonly version: string;
  readonly arn: string;
  readonly logGroupName: string;
  readonly timeoutSeconds: number;
  /** Environments that may run at once; calls beyond them wait. */
  readonly concurrency: number;
  readonly clock: Clock;
}

/** One function: its warm environments, and those calls that wait for one. */
export class LambdaFunction {
  readonly #spec: FunctionSpec;
  readonly #idle: ExecutionEnvironment[] = [];
  readonly #all = new Set<ExecutionEnvironment>();
  readonly #waiting: (() => void)[] = [];
  #busy = 0;

  constructor(spec: FunctionSpec) {
    this.#spec = spec;
  }

  get name(): string {
    return this.#spec.functionName;
  }

  get arn(): string {
    return this.#spec.arn;
  }

  get version(): string {
    return this.#spec.version;
  }

  /** Starts an environment ahead of the first call. */
  async warmUp(): Promise<void> {
    await this.#turn();
    const environment = this.#idle.pop() ?? this.#start();
    await environment.ready;
    this.#giveBack(environment);
  }

  /**
   * Invokes the function synchronously. Its time counts from when an environment takes the event; the caller's leaving
   * does not stop it.
   *
   * @param event JSON.
   */
  async invoke(event: string): Promise<InvocationOutcome> {
    await this.#turn();
    const environment = this.#takeWarm() ?? this.#start();
    const failedStart = await environment.ready;
    const outcome = failedStart ?? (await this.#run(environment, event));
    if (failedStart !== undefined) environment.kill();
    this.#giveBack(environment);
    return outcome;
  }

  /** Ends every environment. */
  stop(): void {
    for (const environment of this.#all) environment.kill();
    this.#all.clear();
    this.#idle.length = 0;
  }

  async #run(environment: ExecutionEnvironment, event: string): Promise<InvocationOutcome> {
    const { clock, timeoutSeconds } = this.#spec;
    const requestId = randomUUID();
    const answered = new AbortController();
    const startedAt = clock.now();
    const outcome = environment.invoke({
      event,
      context: this.#contextOf(requestId),
      deadlineMilliseconds: startedAt + 1_000 * timeoutSeconds,
      clockOffsetMilliseconds: startedAt - Date.now(),
    });
    const timeIsUp = clock.sleep(1_000 * timeoutSeconds, answered.signal).then(
      () => this.#timeOut(environment, requestId),
      () => outcome,
    );
    return Promise.race([outcome, timeIsUp]).finally(() => answered.abort());
  }

  #timeOut(environment: ExecutionEnvironment, requestId: string): InvocationOutcome {
    environment.kill();
    const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${this.#spec.timeoutSeconds.toFixed(2)} seconds`;
    return { errorType: "Sandbox.Timedout", errorMessage };
  }

  #contextOf(requestId: string): Record<string, string> {
    const { functionName, version, arn, logGroupName, memoryMiB } = this.#spec;
    return {
      functionName,
      functionVersion: version,
      invokedFunctionArn: arn,
      logGroupName,
      memoryLimitInMB: String(memoryMiB),
      awsRequestId: requestId,
    };
  }

  async #turn(): Promise<void> {
    if (this.#busy >= this.#spec.concurrency) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#busy++;
  }

  #takeWarm(): ExecutionEnvironment | undefined {
    for (let environment = this.#idle.pop(); environment !== undefined; environment = this.#idle.pop()) {
      if (environment.isAlive) return environment;
      this.#all.delete(environment);
    }
    return undefined;
  }

  #start(): ExecutionEnvironment {
    const environment = new ExecutionEnvironment(this.#spec);
    this.#all.add(environment);
    return environment;
  }

  #giveBack(environment: ExecutionEnvironment): void {
    if (environment.isAlive) this.#idle.push(environment);
    else this.#all.delete(environment);
    const next = this.#waiting.shift();
    if (next === undefined) this.#busy--;
    else next();
  }
}
