import { AwsError } from "../../local/aws.ts";
import type { Principal } from "../../local/iam/roles.ts";
import type { InvocationError, Invocation as InvocationResult } from "../../local/lambda/invocation.ts";
import { type AwsCalls, type CallingSide, type Invocation, sendBySdk } from "./aws-calls.ts";
import type { Chance } from "./chance.ts";
import type { Faults } from "./faults.ts";
import { createHandler } from "./handlers.ts";
import type { Timeline } from "./timeline.ts";

/** A function as the program declares it. */
export interface FunctionSpec {
  readonly name: string;
  readonly arn: string;
  readonly principal: Principal;
  readonly timeoutSeconds: number;
  readonly variables: Readonly<Record<string, string>>;
}

export interface LambdaOptions {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly faults: Faults;
  readonly calls: AwsCalls;
  /** Given every line of the functions' logs. */
  readonly onLog: (name: string, line: string) => void;
}

/** The end of an invocation that its process did not live to see. */
const crashes = ["Runtime.ExitError", "Runtime.OutOfMemory", "Lambda.Unknown"] as const;

/** The invocations of one process, one after the other. */
class Environment implements CallingSide {
  readonly name: string;
  readonly principal: Principal;
  readonly #options: LambdaOptions;
  readonly #spec: FunctionSpec;
  readonly #skewMilliseconds: number;
  readonly #handler: ReturnType<typeof createHandler>;
  invocation: Invocation = { isDisturbed: false };
  #isDead = false;
  #end: ((outcome: InvocationResult["outcome"]) => void) | undefined;
  /** What arrived while it was frozen, between two invocations. */
  #frozen: (() => void)[] = [];

  constructor(spec: FunctionSpec, options: LambdaOptions, id: string) {
    const { timeline, chance, faults } = options;
    this.name = spec.name;
    this.principal = spec.principal;
    this.#spec = spec;
    this.#options = options;
    this.#skewMilliseconds = faults.hasProperty("clock skew") ? chance.between(-2_000, 2_000, `clock of ${id}`) : 0;
    if (this.#skewMilliseconds !== 0) faults.note("clock skew", spec.name);
    const log = (message: unknown, ...fields: unknown[]) => options.onLog(spec.name, JSON.stringify([message, ...fields]));
    this.#handler = createHandler(spec.name, {
      principal: spec.principal,
      variables: spec.variables,
      send: (call) =>
        sendBySdk(
          call,
          (one) => options.calls.send(one, this),
          (milliseconds, name) => this.#pause(milliseconds, name),
        ),
      now: () => Math.floor((timeline.now() + this.#skewMilliseconds) / 1_000),
      sleep: (milliseconds) => this.#sleep(milliseconds),
      readPage: () => this.#sleep(chance.between(100, 1_500, chance.nth(`page of ${timeline.actor}`))),
      uniqueName: () => chance.hex(9, chance.nth(`name of ${timeline.actor}`)),
      logger: { info: log, warn: log, error: log },
    });
  }

  /** @returns how the invocation ended, once it has. */
  invoke(event: string): Promise<InvocationResult["outcome"]> {
    const { timeline } = this.#options;
    const endsAt = timeline.now() + 1_000 * this.#spec.timeoutSeconds;
    const context = { getRemainingTimeInMillis: () => endsAt - timeline.now() };
    this.invocation = { isDisturbed: false };
    return new Promise((resolve) => {
      const callOff = timeline.after(1_000 * this.#spec.timeoutSeconds, () => this.die("Sandbox.Timedout"));
      const end = (outcome: InvocationResult["outcome"]) => {
        callOff();
        this.#end = undefined;
        resolve(outcome);
      };
      this.#end = end;
      for (const run of this.#frozen.splice(0)) run();
      const answered = (outcome: InvocationResult["outcome"]) => this.#isDead || end(outcome);
      this.#handler(JSON.parse(event) as never, context).then(
        (answer) => answered({ payload: JSON.stringify(answer) ?? "null" }),
        (error: Error) => answered({ errorType: error.name, errorMessage: error.message }),
      );
    });
  }

  get isUsable(): boolean {
    return !this.#isDead;
  }

  /** Ends the process; nobody is told where the reason is missing. */
  die(errorType?: InvocationError["errorType"]): void {
    if (this.#isDead) return;
    this.#isDead = true;
    this.invocation.isDisturbed = true;
    if (errorType !== undefined) this.#end?.({ errorType, errorMessage: "" });
  }

  deliver(run: () => void): void {
    if (this.#isDead) return;
    if (this.#end === undefined) this.#frozen.push(run);
    else run();
  }

  endsAt(point: string, name: string): boolean {
    const { faults, chance, timeline } = this.#options;
    if (faults.happens("function ended before", point, name)) this.die(chance.of(crashes, `${name} end`));
    else if (faults.happens("function ended after", point, name))
      timeline.after(chance.between(0, 60, `${name} end at`), () => this.die(chance.of(crashes, `${name} end`)));
    return this.#isDead || faults.happens("function hung", point, name);
  }

  #sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => void this.#options.timeline.after(milliseconds, () => this.deliver(resolve)));
  }

  #pause(milliseconds: number, name: string): Promise<void> {
    const { chance, timeline } = this.#options;
    return this.#sleep(chance.between(0, milliseconds, chance.nth(`pause of ${timeline.actor} ${name}`)));
  }
}

/** Lambda: functions, their processes, and how many of them may run. */
export class SimulatedLambda {
  readonly #functions: ReadonlyMap<string, FunctionSpec>;
  readonly #options: LambdaOptions;
  readonly #idle = new Map<string, Environment[]>();
  readonly #running = new Set<Environment>();
  /** The share of invocations that are refused where concurrency is used up: others end in time to make room for the rest. */
  readonly #crowd: number;

  constructor(functions: readonly FunctionSpec[], options: LambdaOptions) {
    this.#functions = new Map(
      functions.flatMap(
        (spec) =>
          [
            [spec.arn, spec],
            [spec.name, spec],
          ] as const,
      ),
    );
    this.#options = options;
    this.#crowd = options.chance.between(0.3, 0.95, "crowd");
  }

  find(name: string): FunctionSpec {
    const spec = this.#functions.get(name) ?? this.#functions.get(name.replace(/:\d+$/, ""));
    if (spec === undefined) throw new AwsError("ResourceNotFoundException", `Function not found: ${name}`, 404);
    return spec;
  }

  /** @throws AwsError where the concurrency is used up. */
  async invoke(name: string, event: string): Promise<InvocationResult> {
    const { timeline, chance, faults } = this.#options;
    const spec = this.find(name);
    const point = `Invoke | ${spec.name}`;
    const actor = chance.nth(`${timeline.actor}>${spec.name}`);
    const isRefused = chance.happens(this.#crowd, `${actor} finds no room`) && faults.isDuring("concurrency used up", point);
    if (isRefused) throw new AwsError("TooManyRequestsException", "Rate Exceeded.", 429);
    const idle = this.#takeIdle(spec.name);
    const environment = idle ?? new Environment(spec, this.#options, `${actor}`);
    this.#running.add(environment);
    const isSlow = idle === undefined && faults.happens("slow cold start", point, actor);
    const delay =
      idle === undefined ? chance.between(200, isSlow ? 9_000 : 900, `start of ${actor}`) : chance.between(1, 5, `start of ${actor}`);
    const outcome = await new Promise<InvocationResult["outcome"]>((resolve) => {
      timeline.after(delay, () => void environment.invoke(event).then(resolve), actor);
    });
    this.#running.delete(environment);
    const others = this.#idle.get(spec.name) ?? [];
    this.#idle.set(spec.name, [...others, environment]);
    return { outcome, version: "1" };
  }

  /** The one that was used last. */
  #takeIdle(name: string): Environment | undefined {
    const usable = (this.#idle.get(name) ?? []).filter(({ isUsable }) => isUsable);
    const taken = usable.pop();
    this.#idle.set(name, usable);
    return taken;
  }

  /** All processes end, and nobody is told. */
  die(): void {
    for (const environment of [...this.#running, ...[...this.#idle.values()].flat()]) environment.die();
    this.#running.clear();
    this.#idle.clear();
  }
}
