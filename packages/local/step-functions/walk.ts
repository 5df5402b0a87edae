import { setImmediate as nextTurn } from "node:timers/promises";
import { StatesError, takes } from "./errors.ts";
import { type Payload, payloadOf } from "./payload.ts";
import type { Exit, Graph, State } from "./state.ts";
import { Activation } from "./state.ts";
import type { Thread } from "./thread.ts";
import { retryDelays } from "./transitions.ts";

const staysPerTurn = 64;

interface Left {
  readonly output: Payload;
  readonly next: string | undefined;
}

/**
 * Walks a thread through a graph, from its StartAt to a state that ends it.
 *
 * @returns the output of the last state.
 * @throws {@link StatesError} that no state of the graph has caught; the signal's reason once the thread is aborted.
 */
export async function walk(graph: Graph, input: Payload, thread: Thread): Promise<Payload> {
  let left: Left = { output: input, next: graph.startAt };
  let stays = 0;
  for (let state = stateAt(graph, left); state !== undefined; state = stateAt(graph, left)) {
    left = await stay(state, left.output, thread);
    stays += 1;
    if (stays % staysPerTurn === 0) await nextTurn(); // or a circle of Pass states would never let a timer fire
  }
  return left.output;
}

const stateAt = (graph: Graph, { next }: Left): State | undefined => (next === undefined ? undefined : graph.states.get(next));

/** Enters a state and stays, attempt by attempt, until it can be left. */
async function stay(state: State, input: Payload, thread: Thread): Promise<Left> {
  const activation = new Activation(state, thread, input);
  const { clock, random } = thread.run;
  const delayBeforeRetry = retryDelays(state.retriers, random);
  for (;;) {
    try {
      const { exit, result } = await state.run(activation);
      return await leave(activation, exit, result === undefined ? {} : { result: result.value }, result ?? input);
    } catch (error) {
      thread.signal.throwIfAborted();
      if (!(error instanceof StatesError)) throw error;
      const delay = delayBeforeRetry(error);
      if (delay === undefined) return await fail(activation, error);
      await clock.sleep(delay, thread.signal);
      activation.retryCount += 1;
    }
  }
}

/** Leaves by the catcher that takes the error, or passes the error on; the retries are exhausted. */
async function fail(activation: Activation, error: StatesError): Promise<Left> {
  const { type } = activation.state;
  if (type === "Parallel" || type === "Map") activation.record(`${type}StateFailed`);
  const catcher = activation.state.catchers.find(({ errorEquals }) => takes(errorEquals, error));
  if (catcher === undefined) throw error;
  const errorOutput = { Error: error.name, Cause: error.cause };
  return leave(activation, catcher.exit, { errorOutput }, payloadOf(errorOutput));
}

async function leave(activation: Activation, exit: Exit, found: Parameters<Activation["leave"]>[1], fallback: Payload): Promise<Left> {
  return { output: await activation.leave(exit, found, fallback), next: exit.next };
}
