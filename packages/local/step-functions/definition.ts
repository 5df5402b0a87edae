import { below, DefinitionError } from "./errors.ts";
import type { StateType } from "./events.ts";
import { Fields } from "./fields.ts";
import { maxInteger } from "./number-field.ts";
import { compileMap, compileParallel } from "./parallel-and-map.ts";
import { compileChoice, compileFail, compilePass, compileSucceed, compileWait } from "./simple-states.ts";
import { type Behaviour, canBeRetried, type Exit, type Graph, type State } from "./state.ts";
import { compileTask, type KnownResource } from "./task.ts";
import { compileCatchers, compileRetriers } from "./transitions.ts";

/** A state machine definition, compiled: every expression parsed, every reference resolved. */
export interface Definition {
  readonly graph: Graph;
  readonly timeoutSeconds: number | undefined;
}

const maxNameLength = 80;

/** @throws {@link DefinitionError} for anything that this runtime would not run as Step Functions does. */
export function compileDefinition(text: string, knownResources: KnownResource): Definition {
  const fields = new Fields(parse(text), "The state machine");
  fields.require("StartAt", "States");
  const language = fields.text("QueryLanguage");
  if (language !== "JSONata") fields.refuse(`has the 'QueryLanguage' '${language ?? "JSONPath"}', and only JSONata is supported here`);
  const version = fields.text("Version") ?? "1.0";
  if (version !== "1.0") fields.refuse(`has the 'Version' '${version}', which is not 1.0`);
  const timeoutSeconds = fields.integer("TimeoutSeconds", { min: 1, max: maxInteger });
  fields.take("Comment");
  const graph = new Compiler(knownResources).graph(fields);
  checkScopes(graph);
  return { graph, timeoutSeconds };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DefinitionError(`The state machine is not JSON: ${error instanceof Error ? error.message : error}.`);
  }
}

class Compiler {
  readonly #knownResources: KnownResource;
  readonly #names = new Set<string>();
  readonly #behaviours: Readonly<Record<StateType, (fields: Fields) => Behaviour>> = {
    Task: (fields) => compileTask(fields, this.#knownResources),
    Pass: compilePass,
    Wait: compileWait,
    Choice: compileChoice,
    Succeed: compileSucceed,
    Fail: compileFail,
    Parallel: (fields) => compileParallel(fields, this.graph),
    Map: (fields) => compileMap(fields, this.graph),
  };

  constructor(knownResources: KnownResource) {
    this.#knownResources = knownResources;
  }

  /** Reads `StartAt` and `States` of the state machine, of a branch or of an item processor. */
  readonly graph = (fields: Fields): Graph => {
    fields.require("StartAt", "States");
    const startAt = fields.requiredText("StartAt");
    const states = new Map<string, State>();
    for (const [name, value] of Object.entries(fields.object("States") ?? {}))
      states.set(
        name,
        below(`${fields.location}/States/${name}`, () => this.#state(name, value)),
      );
    fields.end();
    const graph = { startAt, states };
    checkGraph(graph, fields);
    return graph;
  };

  #state(name: string, value: unknown): State {
    const fields = new Fields(value, `State '${name}'`);
    if (name === "" || name.length > maxNameLength) fields.refuse(`has a name that is not 1 to ${maxNameLength} characters long`);
    if (this.#names.has(name)) fields.refuse("shares its name with another state");
    this.#names.add(name);
    const language = fields.text("QueryLanguage") ?? "JSONata";
    if (language !== "JSONata") fields.refuse(`has the 'QueryLanguage' '${language}', and only JSONata is supported here`);
    fields.text("Comment");
    const type = fields.requiredText("Type");
    if (!this.#isStateType(type)) return fields.refuse(`has the 'Type' '${type}', which is not a type of state`);
    const retriers = canBeRetried(type) ? compileRetriers(fields) : [];
    const catchers = canBeRetried(type) ? compileCatchers(fields) : [];
    const behaviour = this.#behaviours[type](fields);
    fields.end();
    return { name, type, retriers, catchers, ...behaviour };
  }

  #isStateType(type: string): type is StateType {
    return Object.hasOwn(this.#behaviours, type);
  }
}

const exitsOf = ({ exits, catchers }: State): readonly Exit[] => [...exits, ...catchers.map(({ exit }) => exit)];

/** Refuses a transition to nowhere, a state that nothing leads to, and a graph without an end. */
function checkGraph(graph: Graph, fields: Fields): void {
  if (!graph.states.has(graph.startAt)) fields.refuse(`has the 'StartAt' '${graph.startAt}', which is not one of its states`);
  const reached = reachableFrom(graph);
  for (const [name] of graph.states) if (!reached.has(name)) throw new DefinitionError(`State '${name}' is never reached.`);
  const ends = [...graph.states.values()].some(({ exits }) => exits.some(({ next }) => next === undefined));
  if (!ends) fields.refuse("has no state that ends it");
}

function reachableFrom({ startAt, states }: Graph): ReadonlySet<string> {
  const reached = new Set([startAt]);
  for (const name of reached) {
    for (const { next } of exitsOf(states.get(name) as State)) {
      if (next === undefined) continue;
      if (!states.has(next)) throw new DefinitionError(`State '${name}' leads to '${next}', which is not a state beside it.`);
      reached.add(next); // a Set goes on with what is added while it is walked
    }
  }
  return reached;
}

/** Refuses an inner scope that assigns a variable of an outer scope; a state's own Catch, which runs after its branches, may share one. */
function checkScopes({ states }: Graph, outer: readonly string[] = []): void {
  const assigned = [...states.values()].flatMap((state) =>
    exitsOf(state).flatMap((exit) => exit.assigns.map((name) => ({ name, state, exit }))),
  );
  const clash = assigned.find(({ name }) => outer.includes(name));
  if (clash !== undefined)
    throw new DefinitionError(`State '${clash.state.name}' assigns '${clash.name}', which belongs to an outer scope.`);
  for (const state of states.values()) {
    const isOwnCatch = (exit: Exit) => state.catchers.some((catcher) => catcher.exit === exit);
    const around = assigned.filter(({ exit }) => !isOwnCatch(exit)).map(({ name }) => name);
    for (const graph of state.graphs ?? []) checkScopes(graph, [...outer, ...around]);
  }
}
