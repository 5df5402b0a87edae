import { linkedController } from "../deadline.ts";
import type { Activation } from "./activation.ts";
import type { EventDetails, EventType } from "./events.ts";
import type { Payload } from "./payload.ts";
import type { Graph } from "./state.ts";
import { type MapItem, Thread } from "./thread.ts";
import { walk } from "./walk.ts";

/** A branch of a Parallel state or, with `iteration`, one of a Map state. */
export interface Child {
  readonly graph: Graph;
  readonly input: Payload;
  readonly mapItem?: MapItem;
  readonly iteration?: { readonly index: number; readonly name: string };
}

interface Begun {
  readonly child: Child;
  readonly thread: Thread;
  ended: boolean;
}

const abortable: ReadonlySet<string> = new Set(["Task", "Wait", "Parallel", "Map"]);

/**
 * Runs the children of a Parallel or Map state, at most `concurrency` at a time. The first that fails stops all others.
 *
 * @returns their outputs, in the order of the children.
 * @throws what the first one that failed has thrown.
 */
export async function runChildren(activation: Activation, children: readonly Child[], concurrency: number): Promise<readonly Payload[]> {
  const { controller, free } = linkedController(activation.thread.signal);
  const family = new Family(activation, controller);
  const outputs = new Array<Payload>(children.length);
  const queue = children.entries();
  const work = async () => {
    for (const [index, child] of queue) outputs[index] = await family.run(child);
  };
  try {
    await Promise.all(Array.from({ length: Math.min(concurrency, children.length) }, work));
    return outputs;
  } finally {
    free();
  }
}

class Family {
  readonly #parent: Activation;
  readonly #controller: AbortController;
  readonly #startEventId: number;
  readonly #begun: Begun[] = [];

  constructor(parent: Activation, controller: AbortController) {
    this.#parent = parent;
    this.#controller = controller;
    this.#startEventId = parent.thread.lastEventId;
  }

  async run(child: Child): Promise<Payload> {
    const { run, variables, mapItem } = this.#parent.thread;
    const from = { variables, lastEventId: this.#startEventId, mapItem: child.mapItem ?? mapItem };
    const begun: Begun = { child, thread: new Thread(run, this.#controller.signal, from), ended: false };
    this.#begun.push(begun);
    try {
      if (child.iteration) begun.thread.record("MapIterationStarted", child.iteration);
      const output = await walk(child.graph, child.input, begun.thread);
      if (child.iteration) begun.thread.record("MapIterationSucceeded", child.iteration);
      begun.ended = true;
      this.#parent.thread.lastEventId = begun.thread.lastEventId;
      return output;
    } catch (error) {
      if (!this.#controller.signal.aborted) this.#fail(begun, error);
      throw error;
    }
  }

  /** Records what stops, every event after the one that failed, and stops it. */
  #fail(failed: Begun, error: unknown): void {
    const { thread, state } = this.#parent;
    const record = (type: EventType, details: EventDetails = {}) => thread.run.events.record(type, details, failed.thread.lastEventId);
    for (const begun of this.#begun.filter(({ ended }) => !ended)) {
      const { stateType } = begun.thread;
      if (begun.child.iteration) record(begun === failed ? "MapIterationFailed" : "MapIterationAborted", begun.child.iteration);
      if (stateType !== undefined && isAbortable(stateType)) record(`${stateType}StateAborted`);
    }
    thread.lastEventId = record(state.type === "Map" ? "MapStateFailed" : "ParallelStateFailed");
    this.#controller.abort(error);
  }
}

const isAbortable = (type: string): type is "Task" | "Wait" | "Parallel" | "Map" => abortable.has(type);
