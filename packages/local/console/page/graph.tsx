import { useEffect, useMemo, useRef } from "preact/hooks";
import { type DefinitionGraph, graphOf, type StatesDefinition } from "../model/definition-graph.ts";
import { statusOf, type Visit } from "../model/execution-view.ts";
import { duration } from "../model/format.ts";
import { layoutOf, type PlacedEdge, type PlacedNode, pathOf } from "../model/graph-layout.ts";

interface Props {
  readonly definition: StatesDefinition;
  readonly visits: readonly Visit[];
  readonly selected: string | undefined;
  select(visit: Visit): void;
}

/** The definition as the Step Functions console draws it, coloured by the passages of one execution. */
export function Graph({ definition, visits, selected, select }: Props) {
  const graph = useMemo(() => graphOf(definition), [definition]);
  const placed = useMemo(() => layoutOf(graph), [graph]);
  const byState = useMemo(() => Map.groupBy(visits, ({ state }) => state), [visits]);
  const retried = useMemo(() => retriedStates(graph), [graph]);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => keepInView(box.current, box.current?.querySelector(".node.selected")), [selected, placed]);
  const nodeOf = (node: PlacedNode) => (
    <Node
      key={node.id}
      node={node}
      visits={byState.get(node.id) ?? []}
      isSelected={node.id === selected}
      isRetried={retried.has(node.id)}
      select={select}
    />
  );
  return (
    <div class="graph" ref={box} tabIndex={0} role="group" aria-label="State machine">
      <svg
        role="presentation"
        viewBox={`0 0 ${placed.width} ${placed.height}`}
        style={{ maxWidth: `${placed.width}px`, minWidth: `${0.65 * placed.width}px` }}
      >
        <defs>
          {["plain", "taken", "caught"].map((kind) => (
            <marker
              key={kind}
              id={`arrow-${kind}`}
              class={`arrow ${kind}`}
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="7"
              markerHeight="7"
              orient="auto"
            >
              <path d="M0 0 8 4 0 8z" />
            </marker>
          ))}
        </defs>
        {placed.nodes.filter(({ isGroup }) => isGroup).map(nodeOf)}
        {placed.edges.map((edge) => (
          <Edge key={`${edge.from} ${edge.to} ${edge.kind} ${edge.label}`} edge={edge} isTaken={isTaken(edge, visits)} />
        ))}
        {placed.nodes.filter(({ isGroup }) => !isGroup).map(nodeOf)}
      </svg>
    </div>
  );
}

/** Scrolls the drawing alone: the page around it stays where it is. */
function keepInView(box: HTMLElement | null, node: Element | null | undefined): void {
  if (!box || !node) return;
  const [around, own] = [box.getBoundingClientRect(), node.getBoundingClientRect()];
  const isInView = own.top >= around.top && own.bottom <= around.bottom;
  if (!isInView) box.scrollBy({ top: own.top - around.top - around.height / 2 });
}

function retriedStates({ edges }: DefinitionGraph): ReadonlySet<string> {
  return new Set(edges.flatMap(({ kind, from }) => (kind === "retry" ? [from] : [])));
}

/** An execution went this way where it entered the one state directly after the other. */
function isTaken({ from, to, kind }: PlacedEdge, visits: readonly Visit[]): boolean {
  const isMarked = (id: string) => id.includes("\t");
  const before = visits.filter(({ state }) => state === from);
  if (isMarked(to)) return before.some(({ status }) => status === "succeeded" || (status === "caught" && kind === "catch"));
  const after = visits.filter(({ state }) => state === to);
  if (isMarked(from)) return after.length > 0;
  return after.some((next) => next.from === from && before.some(({ status }) => (status === "caught") === (kind === "catch")));
}

function Edge({ edge, isTaken }: { edge: PlacedEdge; isTaken: boolean }) {
  const kind = edge.kind === "catch" ? "catch" : "next";
  const arrow = !isTaken ? "plain" : kind === "catch" ? "caught" : "taken";
  return (
    <path class={`edge ${kind}${isTaken ? " taken" : ""}`} d={pathOf(edge.points)} marker-end={`url(#arrow-${arrow})`}>
      <title>{edge.label === undefined ? `${edge.from} to ${edge.to}` : `${edge.kind}: ${edge.label}`}</title>
    </path>
  );
}

interface NodeProps {
  readonly node: PlacedNode;
  readonly visits: readonly Visit[];
  readonly isSelected: boolean;
  readonly isRetried: boolean;
  select(visit: Visit): void;
}

function Node({ node, visits, isSelected, isRetried, select }: NodeProps) {
  const { x, y, width, height, type, id, isGroup } = node;
  if (type === "start" || type === "end") return <circle class={`marker ${type}`} cx={x + width / 2} cy={y + height / 2} r={width / 2} />;
  const status = statusOf(visits);
  const last = visits.at(-1);
  const label = [shortened(id), note(visits), isRetried ? "↻" : "", `(${type}, ${status ?? "not reached"})`].filter(Boolean).join(" ");
  const choose = () => last && select(visits.find((visit) => visit.status === status) ?? last);
  return (
    <g
      class={`node ${status ?? ""}${isSelected ? " selected" : ""}${isGroup ? " group" : ""}`}
      role="button"
      tabIndex={last === undefined ? -1 : 0}
      aria-pressed={isSelected}
      onClick={choose}
      onKeyDown={(event) => (event.key === "Enter" || event.key === " ") && choose()}
    >
      <title>{label}</title>
      <rect x={x} y={y} width={width} height={height} rx="9" />
      <text x={x + 14} y={isGroup ? y + 18 : y + (note(visits) ? 19 : 27)}>
        {shortened(id)}
      </text>
      {note(visits) && (
        <text class="note" x={isGroup ? x + width - 12 : x + 14} y={isGroup ? y + 18 : y + 35} text-anchor={isGroup ? "end" : "start"}>
          {note(visits)}
        </text>
      )}
      {isRetried && (
        <text class="retries" x={x + width - 12} y={y + (isGroup ? height - 8 : 19)} text-anchor="end">
          ↻
        </text>
      )}
    </g>
  );
}

const maxCharacters = 17;
const shortened = (name: string): string => (name.length <= maxCharacters ? name : `${name.slice(0, maxCharacters - 1)}…`);

/** The number of attempts and the time, or the items of a Map. */
function note(visits: readonly Visit[]): string {
  const [first] = visits;
  if (first === undefined) return "";
  const { items } = first;
  if (items !== undefined) return `${items.ended} of ${items.all} items`;
  const attempts = visits.reduce((sum, visit) => sum + visit.attempts.length, 0);
  const times = visits.flatMap(({ enteredAt, exitedAt }) => (exitedAt === undefined ? [] : [exitedAt - enteredAt]));
  // Items run beside each other.
  const time = first.iteration === undefined ? times.reduce((sum, one) => sum + one, 0) : Math.max(0, ...times);
  const parts = [
    ...(visits.length > 1 ? [`${visits.length} times`] : attempts > 1 ? [`${attempts} attempts`] : []),
    ...(first.exitedAt === undefined ? [] : [`${visits.length > 1 && first.iteration !== undefined ? "up to " : ""}${duration(time)}`]),
  ];
  return parts.join(" · ");
}
