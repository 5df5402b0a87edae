import { setTimeout } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { AwsError } from "../aws.ts";
import type { StartedStack } from "../runtime.ts";
import type { Fault } from "./model/console-api.ts";

type LambdaFunction = Parameters<NonNullable<Parameters<StartedStack["services"]["lambda"]["intercept"]>[0]>>[0];

/** Longer than any client of a service waits. */
const hangMilliseconds = 900_000;

const said = "A fault that is switched on in the console.";

/** The errors of a service that is slowed, denied or broken, as its clients know them. */
const serviceErrors: Readonly<Record<string, Readonly<Record<"throttle" | "deny" | "fail", readonly [name: string, status: number]>>>> = {
  dynamodb: { throttle: ["ThrottlingException", 400], deny: ["AccessDeniedException", 400], fail: ["InternalServerError", 500] },
  lambda: { throttle: ["TooManyRequestsException", 429], deny: ["AccessDeniedException", 403], fail: ["ServiceException", 500] },
  s3: { throttle: ["SlowDown", 503], deny: ["AccessDenied", 403], fail: ["InternalError", 500] },
  states: { throttle: ["ThrottlingException", 400], deny: ["AccessDeniedException", 400], fail: ["InternalServerError", 500] },
};

/** A fault that is on, and the calls that it holds. */
class ActiveFault {
  readonly fault: Fault;
  readonly #switchedOff = new AbortController();
  #calls: number | undefined;

  constructor(fault: Fault) {
    this.fault = fault;
    this.#calls = fault.calls;
  }

  /** With the calls that it is still to meet. */
  get now(): Fault {
    return this.#calls === undefined ? this.fault : { ...this.fault, calls: this.#calls };
  }

  get isSpent(): boolean {
    return this.#calls === 0;
  }

  count(): void {
    if (this.#calls !== undefined) this.#calls -= 1;
  }

  /** Lets go of the calls that it holds. */
  switchOff(): void {
    this.#switchedOff.abort();
  }

  /** @returns false where it is switched off meanwhile. */
  hold(milliseconds: number): Promise<boolean> {
    return setTimeout(milliseconds, true, { signal: this.#switchedOff.signal, ref: false }).catch(() => false);
  }
}

/** The faults that are switched on, and what they do. */
export class Faults {
  #active: readonly ActiveFault[] = [];

  constructor({ account, services }: Pick<StartedStack, "account" | "services">) {
    account.intercept(({ service, operation }) => this.#meetService(service, operation));
    services.lambda.intercept((lambda) => this.#meetFunction(lambda));
    services.stepFunctions.faults.decide = () => this.#meetExecution();
  }

  /** With the calls that each is still to meet. */
  get all(): readonly Fault[] {
    return this.#active.map(({ now }) => now);
  }

  /** Replaces all of them. Those that stay hold what they hold. */
  set(faults: readonly Fault[]): void {
    const kept = faults.map((fault) => this.#active.find(({ now }) => isDeepStrictEqual(now, fault)) ?? new ActiveFault(fault));
    for (const active of this.#active) if (!kept.includes(active)) active.switchOff();
    this.#active = kept;
  }

  async #meetService(service: string, operation: string): Promise<void> {
    for (const active of this.#take(`service ${service}`, operation)) {
      const { kind, error, milliseconds = 0 } = active.fault;
      if (kind === "slow") await active.hold(milliseconds);
      if (kind === "hang") await active.hold(hangMilliseconds);
      if (kind !== "throttle" && kind !== "deny" && kind !== "fail") continue;
      const [name = "InternalServerError", status = 500] = serviceErrors[service]?.[kind] ?? [];
      throw new AwsError(error ?? name, said, status);
    }
  }

  async #meetFunction({ name, timeoutSeconds }: LambdaFunction) {
    for (const active of this.#take(`function ${name}`)) {
      const { kind, error, milliseconds = 0 } = active.fault;
      if (kind === "throttle") throw new AwsError("TooManyRequestsException", "Rate Exceeded.", 429);
      if (kind === "out-of-memory")
        return { errorType: "Runtime.OutOfMemory", errorMessage: "Error: Runtime exited with error: signal: killed" };
      if (kind === "fail") return { errorType: error ?? "Error", errorMessage: said };
      const held = kind === "hang" ? Number.POSITIVE_INFINITY : milliseconds;
      const isStillOn = await active.hold(Math.min(held, 1_000 * timeoutSeconds));
      if (held >= 1_000 * timeoutSeconds && isStillOn)
        return { errorType: "Sandbox.Timedout", errorMessage: `Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds` };
    }
    return undefined;
  }

  #meetExecution() {
    const [active] = this.#take("executions");
    return active && ({ lose: "drop", duplicate: "duplicate" } as const)[active.fault.kind as "lose" | "duplicate"];
  }

  /** The faults that meet a call, which is counted. */
  #take(target: string, operation?: string): readonly ActiveFault[] {
    const met = this.#active.filter(
      ({ fault }) => fault.target === target && (fault.operation === undefined || fault.operation === operation),
    );
    for (const active of met) active.count();
    if (met.some(({ isSpent }) => isSpent)) this.#active = this.#active.filter(({ isSpent }) => !isSpent);
    return met;
  }
}
