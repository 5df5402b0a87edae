import { AwsError } from "../../local/aws.ts";
import type { Principal } from "../../local/iam/roles.ts";
import type { ExecutionEvent } from "../../local/step-functions/events.ts";
import { isKnownResource, taskIntegration } from "../../local/step-functions/integrations.ts";
import { StateMachine } from "../../local/step-functions/state-machine.ts";
import type { AwsCall, AwsCalls } from "./aws-calls.ts";
import type { Chance } from "./chance.ts";
import type { Faults } from "./faults.ts";
import { type Fields, plain } from "./tables.ts";
import type { Timeline } from "./timeline.ts";

/** A state machine as the program declares it. */
export interface StateMachineSpec {
  readonly name: string;
  readonly arn: string;
  readonly roleArn: string;
  readonly definition: string;
  readonly principal: Principal;
}

export interface ExecutionsOptions {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly faults: Faults;
  readonly calls: AwsCalls;
  readonly onEvent: (event: ExecutionEvent) => void;
  readonly onDefect: (error: unknown) => void;
}

/** One accepted start. */
interface Started {
  readonly input: string;
  readonly name: string;
}

/** After how many events an execution is lost, to start again or not. */
interface Fate {
  readonly restartsAfter?: number | undefined;
  readonly stopsAfter?: number | undefined;
}

/** What is in the history of an execution that ends well. */
const usualEvents = 17;

/** The executions of the state machine: at least once, and not all of them to their end. */
export class Executions {
  readonly #options: ExecutionsOptions;
  readonly #spec: StateMachineSpec;
  readonly #machine: StateMachine;
  /** What has been accepted and has not ended: it starts again after the runtime has died. */
  readonly #open = new Set<Started>();
  #stopped = new AbortController();

  constructor(spec: StateMachineSpec, options: ExecutionsOptions) {
    const { timeline, chance } = options;
    this.#options = options;
    this.#spec = spec;
    const calls = {
      call: (service: string, { operation, input }: { operation: string; input: unknown }) => this.#call(service, operation, input),
    };
    this.#machine = new StateMachine(spec.definition, {
      ...{ name: spec.name, arn: spec.arn, roleArn: spec.roleArn, clock: timeline, knownResources: isKnownResource },
      random: () => chance.number(chance.nth(`jitter of ${timeline.actor}`)),
      runTask: taskIntegration(calls, spec.principal),
    });
  }

  get underWay(): number {
    return this.#open.size;
  }

  /** Step Functions' API, as far as the functions call it. */
  async call(operation: string, input: Readonly<Record<string, unknown>>): Promise<unknown> {
    if (operation !== "StartExecution") throw new AwsError("UnknownOperationException", `There is no ${operation} here.`);
    const { timeline, chance, faults } = this.#options;
    const started = { input: String(input["input"]), name: chance.nth(`x-${JSON.parse(String(input["input"])).generation.slice(0, 8)}`) };
    const point = "execution";
    if (!faults.happens("execution lost", point, started.name)) {
      this.#open.add(started);
      const lostAfter = (kind: string) =>
        faults.happens(kind, point, started.name) ? 1 + chance.below(usualEvents, `${started.name} ends after`) : undefined;
      this.#begin(started, { restartsAfter: lostAfter("execution restarted"), stopsAfter: lostAfter("execution stopped") });
      const second = `${started.name}'`;
      if (faults.happens("execution duplicated", point, started.name))
        timeline.after(10 ** chance.between(0, 4.5, `${second} is late`), () => this.#begin({ ...started, name: second }, {})); // up to 30 s
    }
    return { executionArn: `${this.#spec.arn}:${started.name}`, startDate: timeline.now() / 1_000 };
  }

  /** All executions stop where they are. */
  die(): void {
    this.#stopped.abort("died");
    this.#stopped = new AbortController();
  }

  /** Starts all again that had not ended. */
  resume(): void {
    for (const started of this.#open) this.#begin(started, {});
  }

  #begin(started: Started, fate: Fate): void {
    const { timeline, chance } = this.#options;
    const actor = chance.nth(started.name);
    const { signal } = this.#stopped;
    timeline.after(chance.between(10, 200, `beginning of ${actor}`), () => void this.#run(started, fate, signal), actor);
  }

  async #run(started: Started, { restartsAfter, stopsAfter }: Fate, died: AbortSignal): Promise<void> {
    if (died.aborted) return;
    const { onEvent, onDefect } = this.#options;
    const stopped = new AbortController();
    const signal = AbortSignal.any([stopped.signal, died]);
    let events = 0;
    const count = (event: ExecutionEvent) => {
      onEvent(event);
      events++;
      if (events === restartsAfter || events === stopsAfter) stopped.abort("stopped");
    };
    try {
      await this.#machine.execute(JSON.parse(started.input), { name: started.name, executionArn: started.name, onEvent: count, signal });
    } catch (error) {
      onDefect(error);
    }
    if (died.aborted) return;
    if (events === restartsAfter) this.#begin(started, {});
    else this.#open.delete(started);
  }

  #call(service: string, operation: string, input: unknown): Promise<unknown> {
    const { calls } = this.#options;
    const given = service === "dynamodb" ? plain(input as Fields) : (input as Fields);
    const call = { service, operation, input: given, target: targetOf(given), timeout: 60_000 } as AwsCall;
    const deliver = (run: () => void) => run();
    return calls.send(call, { name: "process-job", principal: this.#spec.principal, deliver });
  }
}

/** A record, or a function with the part that it is to do. */
function targetOf({ functionNameOrArn, event, Key }: Fields): string {
  if (functionNameOrArn === undefined) return String((Key as Fields)["jobId"]);
  const { part } = JSON.parse(String(event));
  return `${String(functionNameOrArn).replace(/^.*-dev-|:\d+$/g, "")} ${part?.pieces[0] ?? ""}`;
}
