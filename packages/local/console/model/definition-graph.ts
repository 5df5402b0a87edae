/** A state of a definition, as a node of its drawing. */
export interface GraphNode {
  /** The state's name, which is unique in its definition; `start` and `end` markers have names that no state can have. */
  readonly id: string;
  /** The state's type, or that of a marker. */
  readonly type: string;
  /** The Map or Parallel state that it is a part of. */
  readonly parent?: string;
}

export type EdgeKind = "next" | "choice" | "default" | "catch" | "retry";

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: EdgeKind;
  /** The condition of a choice, or the errors that are caught or retried. */
  readonly label?: string;
}

export interface DefinitionGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** The part of a States Language definition that is drawn. */
export interface StatesDefinition {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, StateDefinition>>;
}

interface Transition {
  readonly Next?: string;
  readonly Condition?: unknown;
  readonly ErrorEquals?: readonly string[];
}

interface StateDefinition extends Transition {
  readonly Type: string;
  readonly End?: boolean;
  readonly Default?: string;
  readonly Choices?: readonly Transition[];
  readonly Catch?: readonly Transition[];
  readonly Retry?: readonly Transition[];
  readonly Branches?: readonly StatesDefinition[];
  readonly ItemProcessor?: StatesDefinition;
  readonly Iterator?: StatesDefinition;
}

/** Names of states have no tabs: the markers of a part of a definition cannot be taken for one. */
const marker = (kind: "start" | "end", part: string): string => `${part}\t${kind}`;

/**
 * The nodes and edges of a definition, with those of its Map and Parallel states.
 *
 * @param definition any that Step Functions accepts.
 */
export function graphOf(definition: StatesDefinition): DefinitionGraph {
  return partOf(definition, "");
}

function partOf({ StartAt, States }: StatesDefinition, part: string, parent?: string): DefinitionGraph {
  const own = parent === undefined ? {} : { parent };
  const [start, end] = [marker("start", part), marker("end", part)];
  const states = Object.entries(States);
  const inner = states.flatMap(([name, state]) => childrenOf(state).map((child, at) => partOf(child, `${name}/${at}`, name)));
  const edges = states.flatMap(([name, state]) => edgesOf(name, state, end));
  return {
    nodes: [
      { id: start, type: "start", ...own },
      ...states.map(([name, { Type }]) => ({ id: name, type: Type, ...own })),
      ...(edges.some(({ to }) => to === end) ? [{ id: end, type: "end", ...own }] : []),
      ...inner.flatMap(({ nodes }) => nodes),
    ],
    edges: [{ from: start, to: StartAt, kind: "next" }, ...edges, ...inner.flatMap((graph) => graph.edges)],
  };
}

const childrenOf = ({ Branches = [], ItemProcessor, Iterator: iterator }: StateDefinition): readonly StatesDefinition[] =>
  [...Branches, ItemProcessor, iterator].filter((child) => child !== undefined);

function edgesOf(name: string, state: StateDefinition, end: string): readonly GraphEdge[] {
  const { Type, Next, End, Default, Choices = [], Catch = [], Retry = [] } = state;
  const to = (next: string | undefined, kind: EdgeKind, label?: string): readonly GraphEdge[] =>
    next === undefined ? [] : [{ from: name, to: next, kind, ...(label === undefined ? {} : { label }) }];
  const errorsOf = ({ ErrorEquals = [] }: Transition) => ErrorEquals.join(", ");
  return [
    ...to(Next, "next"),
    ...(End || Type === "Succeed" || Type === "Fail" ? to(end, "next") : []),
    ...Choices.flatMap((choice) => to(choice.Next, "choice", textOf(choice.Condition))),
    ...to(Default, "default", "otherwise"),
    ...caught(Catch).flatMap(([next, errors]) => to(next, "catch", errors)),
    ...(Retry.length > 0 ? to(name, "retry", Retry.map(errorsOf).join("; ")) : []),
  ];
}

/** Catchers that lead to one state are one edge. */
function caught(catchers: readonly Transition[]): readonly (readonly [next: string | undefined, errors: string])[] {
  const byTarget = Map.groupBy(catchers, ({ Next }) => Next);
  return Array.from(byTarget, ([next, of]) => [next, of.flatMap(({ ErrorEquals = [] }) => ErrorEquals).join(", ")] as const);
}

/** A condition in JSONata without its marks. */
const textOf = (condition: unknown): string => String(condition ?? "").replace(/^\{%\s*|\s*%\}$/g, "");
