import { DefinitionError } from "./errors.ts";
import type { Fields } from "./fields.ts";
import type { Exit, Graph, State } from "./state.ts";

const exitsOf = ({ exits, catchers }: State): readonly Exit[] => [...exits, ...catchers.map(({ exit }) => exit)];

/** Refuses a transition to nowhere, a state that nothing leads to, and a graph without an end. */
export function checkGraph(graph: Graph, fields: Fields): void {
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

/** Refuses an inner scope that assigns a variable of a scope around it. */
export function checkScopes({ states }: Graph, outer: ReadonlySet<string> = new Set()): void {
  const own = new Set<string>();
  for (const state of states.values()) {
    for (const variable of exitsOf(state).flatMap(({ assigns }) => assigns)) {
      if (outer.has(variable))
        throw new DefinitionError(`State '${state.name}' assigns '${variable}', which belongs to a scope around it.`);
      own.add(variable);
    }
  }
  for (const state of states.values()) for (const graph of state.graphs ?? []) checkScopes(graph, new Set([...outer, ...own]));
}
