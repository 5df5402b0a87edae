import { setTimeout as sleep } from "node:timers/promises";
import { AwsError } from "../aws.ts";
import type { StartedStack } from "../runtime.ts";
import type { Fault } from "./model/console-api.ts";

type LambdaFunction = Parameters<NonNullable<Parameters<StartedStack["services"]["lambda"]["intercept"]>[0]>>[0];

/** Longer than any task waits. */
const hangMilliseconds = 900_000;

/** The faults that are switched on, and how they are made. */
export class Faults {
  readonly #stack: StartedStack;
  #faults: Fault[] = [];

  constructor(stack: StartedStack) {
    this.#stack = stack;
    stack.account.intercept(({ service }) => this.#meetService(service));
    stack.services.lambda.intercept((lambda) => this.#meetFunction(lambda));
  }

  get all(): readonly Fault[] {
    return this.#faults;
  }

  /** Replaces all of them. */
  set(faults: readonly Fault[]): void {
    this.#faults = faults.map((fault) => ({ ...fault }));
    const has = (kind: Fault["kind"]) => Number(faults.some((fault) => fault.target === "executions" && fault.kind === kind));
    this.#stack.services.stepFunctions.faults.set({ drop: has("lose"), duplicate: has("duplicate") });
  }

  async #meetService(service: string): Promise<void> {
    for (const fault of this.#take(`service ${service}`)) {
      if (fault.kind === "slow") await sleep(fault.milliseconds ?? 0);
      if (fault.kind === "throttle") throw new AwsError("ThrottlingException", "Rate exceeded", 400);
      if (fault.kind === "deny") throw new AwsError("AccessDeniedException", "The console's switch denies this call.", 400);
      if (fault.kind === "fail") throw new AwsError(fault.error ?? "InternalServerError", "The console's switch fails this call.", 500);
    }
  }

  async #meetFunction({ name, timeoutSeconds }: LambdaFunction) {
    for (const fault of this.#take(`function ${name}`)) {
      if (fault.kind === "slow") await sleep(fault.milliseconds ?? 0);
      if (fault.kind === "throttle") throw new AwsError("TooManyRequestsException", "Rate Exceeded.", 429);
      if (fault.kind === "out-of-memory")
        return { errorType: "Runtime.OutOfMemory", errorMessage: "Error: Runtime exited with error: signal: killed" };
      if (fault.kind === "fail") return { errorType: fault.error ?? "Error", errorMessage: "The console's switch fails this call." };
      if (fault.kind === "hang") {
        await sleep(Math.min(hangMilliseconds, 1_000 * timeoutSeconds));
        return { errorType: "Sandbox.Timedout", errorMessage: `Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds` };
      }
    }
    return undefined;
  }

  /** The faults that meet a call, counted down. */
  #take(target: string): readonly Fault[] {
    const met = this.#faults.filter((fault) => fault.target === target);
    if (met.length === 0) return met;
    this.#faults = this.#faults.flatMap((fault) => {
      if (!met.includes(fault) || fault.calls === undefined) return [fault];
      return fault.calls > 1 ? [{ ...fault, calls: fault.calls - 1 }] : [];
    });
    return met;
  }
}
