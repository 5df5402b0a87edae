import { linkedController } from "../deadline.ts";
import { StatesError } from "./errors.ts";
import type { EventDetails, EventType } from "./events.ts";
import { Fields } from "./fields.ts";
import { evaluateNumber, integerField, type NumberField, percentageField } from "./number-field.ts";
import { type Json, type Payload, payloadOf } from "./payload.ts";
import { QueryFailure, type Template, typeName } from "./query.ts";
import type { Activation, Behaviour, Graph } from "./state.ts";
import { type MapItem, Thread } from "./thread.ts";
import { compileExit, compileNext } from "./transitions.ts";
import { walk } from "./walk.ts";

type CompileGraph = (fields: Fields) => Graph;

export function compileParallel(fields: Fields, compileGraph: CompileGraph): Behaviour {
  const graphs = fields.objects("Branches").map((branch) => {
    branch.take("Comment");
    return compileGraph(branch);
  });
  if (graphs.length === 0) fields.refuse("has no 'Branches'");
  const parameters = fields.template("Arguments");
  const exit = compileExit(fields, compileNext(fields), ["result"]);
  return { exits: [exit], graphs, run: async (activation) => ({ exit, result: await runBranches(activation, graphs, parameters) }) };
}

async function runBranches(activation: Activation, graphs: readonly Graph[], parameters: Template | undefined): Promise<Payload> {
  const input = parameters === undefined ? activation.input : payloadOf(await activation.evaluate(parameters));
  activation.record("ParallelStateStarted");
  const children = graphs.map((graph) => ({ graph, input }));
  const outputs = await runChildren(activation, children, graphs.length).catch((error: unknown) => {
    throw error instanceof StatesError ? new StatesError(error.name, error.cause, { terminal: error.terminal, fromBranch: true }) : error;
  });
  activation.record("ParallelStateSucceeded");
  return activation.withinLimit(payloadOf(outputs.map(({ value }) => value)), "returned a result", { terminal: false });
}

/** The limit of an inline Map state, where MaxConcurrency is 0 or greater than it. */
const maxInlineConcurrency = 40;

interface Iterations {
  readonly graph: Graph;
  readonly items: Template | undefined;
  readonly itemSelector: Template | undefined;
  readonly maxConcurrency: NumberField | undefined;
  /** Taken and checked. AWS has an effect of them for a Distributed Map only: an inline one fails with its first iteration that does. */
  readonly toleratedFailures: readonly (NumberField | undefined)[];
}

export function compileMap(fields: Fields, compileGraph: CompileGraph): Behaviour {
  const iterations: Iterations = {
    graph: compileGraph(compileProcessor(fields)),
    items: fields.expression("Items", "an array", Array.isArray),
    itemSelector: fields.template("ItemSelector"),
    maxConcurrency: integerField(fields, "MaxConcurrency", 0),
    toleratedFailures: [integerField(fields, "ToleratedFailureCount", 0), percentageField(fields, "ToleratedFailurePercentage")],
  };
  const exit = compileExit(fields, compileNext(fields), ["result"]);
  return {
    exits: [exit],
    graphs: [iterations.graph],
    run: async (activation) => ({ exit, result: await iterate(iterations, activation) }),
  };
}

function compileProcessor(fields: Fields): Fields {
  const state = fields.where.replace(/^State/, "state");
  const processor = new Fields(fields.take("ItemProcessor"), `ItemProcessor of ${state}`, "ItemProcessor/");
  const config = new Fields(processor.take("ProcessorConfig") ?? {}, `ProcessorConfig of ${state}`);
  const mode = config.text("Mode") ?? "INLINE";
  if (mode !== "INLINE") config.refuse(`has the 'Mode' '${mode}', and Express has only INLINE`);
  config.end();
  processor.take("Comment");
  return processor;
}

async function iterate(iterations: Iterations, activation: Activation): Promise<Payload> {
  const { graph, items, itemSelector, maxConcurrency, toleratedFailures } = iterations;
  const values = await itemsOf(items, activation);
  const limit = (await evaluateNumber(activation, maxConcurrency)) || maxInlineConcurrency;
  for (const field of toleratedFailures) await evaluateNumber(activation, field);
  activation.record("MapStateStarted", { length: values.length });
  const children: Child[] = [];
  for (const [index, value] of values.entries()) {
    const mapItem = { Index: index, Value: value, Source: "STATE_DATA" as const };
    const input = itemSelector === undefined ? value : await activation.evaluate(itemSelector, {}, undefined, mapItem);
    children.push({ graph, input: payloadOf(input), mapItem, iteration: { index, name: activation.state.name } });
  }
  const outputs = await runChildren(activation, children, Math.min(limit, maxInlineConcurrency));
  activation.record("MapStateSucceeded");
  return activation.withinLimit(payloadOf(outputs.map(({ value }) => value)), "returned a result", { terminal: false });
}

const theInput: Template = {
  field: "Items",
  evaluate: ({ states }) => states.input,
  unexpected: (_, found) => new QueryFailure(`Map state input must be an array but was: ${typeName(found)}`, "Items"),
};

async function itemsOf(items: Template = theInput, activation: Activation): Promise<readonly Json[]> {
  const values = await activation.evaluate(items, {}, (found) => {
    if (!Array.isArray(found)) throw items.unexpected("array", found);
  });
  return values as readonly Json[];
}

/** A branch of a Parallel state or, with `iteration`, one of a Map state. */
interface Child {
  readonly graph: Graph;
  readonly input: Payload;
  readonly mapItem?: MapItem;
  readonly iteration?: { readonly index: number; readonly name: string };
}

/**
 * Runs the children of a Parallel or Map state, at most `concurrency` at a time. The first that fails stops all others.
 *
 * @returns their outputs, in the order of the children.
 * @throws what the first one that failed has thrown.
 */
async function runChildren(activation: Activation, children: readonly Child[], concurrency: number): Promise<readonly Payload[]> {
  const { thread } = activation;
  const { controller, free } = linkedController(thread.signal);
  const startEventId = thread.lastEventId;
  const running = new Map<Thread, Child>();
  const run = async (child: Child): Promise<Payload> => {
    const { variables, maxVariablesBytes, mapItem } = thread;
    const from = { variables, maxVariablesBytes, lastEventId: startEventId, mapItem: child.mapItem ?? mapItem };
    const inner = new Thread(thread.run, controller.signal, from);
    running.set(inner, child);
    try {
      if (child.iteration) inner.record("MapIterationStarted", child.iteration);
      const output = await walk(child.graph, child.input, inner);
      if (child.iteration) inner.record("MapIterationSucceeded", child.iteration);
      running.delete(inner);
      thread.lastEventId = inner.lastEventId;
      return output;
    } catch (error) {
      if (!controller.signal.aborted) recordFailure(activation, inner, running);
      controller.abort(error);
      throw error;
    }
  };
  const outputs = new Array<Payload>(children.length);
  const queue = children.entries();
  const work = async () => {
    for (const [index, child] of queue) outputs[index] = await run(child);
  };
  try {
    await Promise.all(Array.from({ length: Math.min(concurrency, children.length) }, work));
    return outputs;
  } finally {
    free();
  }
}

/** Records what stops, every event after the one that failed. */
function recordFailure({ thread }: Activation, failed: Thread, running: ReadonlyMap<Thread, Child>): void {
  const record = (type: EventType, details: EventDetails = {}) => thread.run.recordEvent(type, details, failed.lastEventId);
  for (const [inner, { iteration }] of running) {
    if (iteration) record(inner === failed ? "MapIterationFailed" : "MapIterationAborted", iteration);
    const type = inner.stateType;
    if (type === "Task" || type === "Wait" || type === "Parallel" || type === "Map") record(`${type}StateAborted`);
  }
  thread.lastEventId = failed.lastEventId;
}
