import { graphlib, layout } from "@dagrejs/dagre";
import type { DefinitionGraph, GraphEdge, GraphNode } from "./definition-graph.ts";

/** A node with its place, in pixels; its corner is the left upper one. */
export interface PlacedNode extends GraphNode {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Other nodes are in it. */
  readonly isGroup: boolean;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface PlacedEdge extends GraphEdge {
  readonly points: readonly Point[];
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Groups before what is in them, which is drawn over them. */
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

const size = { state: { width: 150, height: 44 }, marker: { width: 18, height: 18 } };
const margin = 14;
/** Of a group; above what is in it is its title. */
const padding = { side: 14, top: 30, bottom: 12 };
const gap = { x: 24, y: 26 };

const isMarker = ({ type }: GraphNode): boolean => type === "start" || type === "end";

/** Lays a definition out from top to bottom. Retries stay at their state and are no edges of the layout. */
export function layoutOf({ nodes, edges }: DefinitionGraph): Layout {
  const drawn = edges.filter(({ kind }) => kind !== "retry");
  const { width, height, ...placed } = scopeLayout(undefined, nodes, drawn);
  return { ...moved(placed, margin, margin), width: width + 2 * margin, height: height + 2 * margin };
}

/** The states directly in a group, or in none, and with them those that are in these. */
function scopeLayout(parent: string | undefined, nodes: readonly GraphNode[], edges: readonly GraphEdge[]): Layout {
  const own = nodes.filter((node) => node.parent === parent);
  const groups = new Set(nodes.flatMap((node) => node.parent ?? []));
  const inner = new Map(own.filter(({ id }) => groups.has(id)).map(({ id }) => [id, scopeLayout(id, nodes, edges)]));
  const sized = own.map((node): PlacedNode => {
    const { width, height } = inner.get(node.id) ?? {};
    const box =
      width === undefined || height === undefined
        ? size[isMarker(node) ? "marker" : "state"]
        : { width: Math.max(size.state.width, width + 2 * padding.side), height: height + padding.top + padding.bottom };
    return { ...node, ...box, x: 0, y: 0, isGroup: groups.has(node.id) };
  });
  const ids = new Set(own.map(({ id }) => id));
  const ownEdges = edges.filter(({ from, to }) => ids.has(from) && ids.has(to));
  const starts = own.filter(({ type }) => type === "start").map(({ id }) => id);
  const placed = columnsFrom(starts, sized, ownEdges);
  const contents = placed.nodes.flatMap(({ id, x, y, width }) => {
    const content = inner.get(id);
    return content === undefined ? [] : [moved(content, x + (width - content.width) / 2, y + padding.top)];
  });
  return {
    ...{ width: placed.width, height: placed.height },
    nodes: [...placed.nodes, ...contents.flatMap((content) => content.nodes)],
    edges: [...placed.edges, ...contents.flatMap((content) => content.edges)],
  };
}

/** The way without errors as one column, and right of it, in the same manner, the states to which only catchers lead. */
function columnsFrom(starts: readonly string[], nodes: readonly PlacedNode[], edges: readonly GraphEdge[]): Layout {
  const reached = reachedFrom(starts, edges);
  const main = nodes.filter(({ id }) => reached.has(id));
  const rest = nodes.filter(({ id }) => !reached.has(id));
  const isMain = ({ from, to, kind }: GraphEdge) => reached.has(from) && reached.has(to) && kind !== "catch";
  const left = dagreLayout(main, edges.filter(isMain));
  const caught = edges.filter(({ from, to }) => reached.has(from) && !reached.has(to));
  const entries = caught.length > 0 ? caught.map(({ to }) => to) : rest.slice(0, 1).map(({ id }) => id);
  if (rest.length === 0 || entries.length === 0) return withCurves(left, edges);
  const right = columnsFrom(
    entries,
    rest,
    edges.filter(({ from, to }) => !reached.has(from) && !reached.has(to)),
  );
  return withCurves(beside(left, right, lastOf(left, caught)), edges);
}

/** The bottom of the states that catch: what handles their errors begins beside the last. */
function lastOf({ nodes }: Layout, caught: readonly GraphEdge[]): number {
  const catching = nodes.filter(({ id }) => caught.some(({ from }) => from === id));
  return Math.max(0, ...catching.map(({ y, height }) => y + height - size.state.height));
}

function beside(left: Layout, right: Layout, y: number): Layout {
  const bottom = y + right.height;
  const shifted = moved(right, left.width + gap.x, y);
  const end = left.nodes.find(({ type }) => type === "end");
  const lower = end === undefined ? 0 : dropOf(end, left.nodes, bottom);
  return {
    width: left.width + gap.x + right.width,
    height: Math.max(left.height + lower, bottom),
    nodes: [...left.nodes.map((node) => (node === end ? { ...node, y: node.y + lower } : node)), ...shifted.nodes],
    edges: [...left.edges.map((edge) => (edge.to === end?.id ? lengthened(edge, lower) : edge)), ...shifted.edges],
  };
}

/** How far an end has to go down to be below all: below the states on its right, and then below those of its own column, too. */
function dropOf(end: PlacedNode, column: readonly PlacedNode[], bottom: number): number {
  const drop = Math.max(0, bottom + gap.y / 2 - end.y);
  const others = column.filter((node) => node !== end).map(({ y, height }) => y + height);
  return drop === 0 ? 0 : Math.max(drop, Math.max(0, ...others) + gap.y / 2 - end.y);
}

function lengthened(edge: PlacedEdge, by: number): PlacedEdge {
  const last = edge.points.at(-1);
  return last === undefined ? edge : { ...edge, points: [...edge.points.slice(0, -1), last, { x: last.x, y: last.y + by }] };
}

function reachedFrom(starts: readonly string[], edges: readonly GraphEdge[]): ReadonlySet<string> {
  const reached = new Set(starts);
  for (const from of reached) for (const edge of edges) if (edge.from === from && edge.kind !== "catch") reached.add(edge.to);
  return reached;
}

function dagreLayout(nodes: readonly PlacedNode[], edges: readonly GraphEdge[]): Layout {
  const graph = new graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: gap.x, ranksep: gap.y });
  for (const { id, width, height } of nodes) graph.setNode(id, { width, height });
  for (const [at, { from, to }] of edges.entries()) graph.setEdge(from, to, {}, String(at));
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  const placed = nodes.map((node): PlacedNode => {
    const { x = 0, y = 0 } = graph.node(node.id) as Partial<Point>;
    return { ...node, x: x - node.width / 2, y: y - node.height / 2 };
  });
  const lines = edges.map((edge, at): PlacedEdge => {
    const { points = [] } = graph.edge(edge.from, edge.to, String(at)) as { points?: readonly Point[] };
    return { ...edge, points };
  });
  // An edge around a node can be outside the width that dagre gives.
  const across = lines.flatMap(({ points }) => points.map(({ x }) => x));
  const left = Math.min(0, ...across);
  return { ...moved({ nodes: placed, edges: lines }, -left, 0), width: Math.max(width, ...across) - left, height };
}

/** With the edges between nodes that have places now and had none beside each other: those of catchers, and back from their states. */
function withCurves(placed: Layout, edges: readonly GraphEdge[]): Layout {
  const nodes = new Map(placed.nodes.map((node) => [node.id, node]));
  const has = (edge: GraphEdge) => placed.edges.some((other) => isSame(edge, other));
  const curves = edges.flatMap((edge): readonly PlacedEdge[] => {
    const [from, to] = [nodes.get(edge.from), nodes.get(edge.to)];
    return from === undefined || to === undefined || has(edge) ? [] : [{ ...edge, points: curveOf(from, to) }];
  });
  return { ...placed, edges: [...placed.edges, ...curves] };
}

const isSame = (one: GraphEdge, other: GraphEdge): boolean =>
  one.from === other.from && one.to === other.to && one.kind === other.kind && one.label === other.label;

/** To the right and then down, or down and then to the left; straight where the one is beside the other. */
function curveOf(from: PlacedNode, to: PlacedNode): readonly Point[] {
  const [middle, target] = [centreOf(from), centreOf(to)];
  const [right, bottom, targetRight] = [from.x + from.width, from.y + from.height, to.x + to.width];
  if (to.x >= right && to.y > middle.y) return [at(right, middle.y), at(target.x, middle.y), at(target.x, to.y)];
  if (to.x >= right) return [at(right, middle.y), at(to.x, target.y)];
  if (target.y > bottom) return [at(middle.x, bottom), at(middle.x, target.y), at(targetRight, target.y)];
  return [at(from.x, middle.y), at(targetRight, target.y)];
}

const at = (x: number, y: number): Point => ({ x, y });

const centreOf = ({ x, y, width, height }: PlacedNode): Point => at(x + width / 2, y + height / 2);

function moved<Part extends Pick<Layout, "nodes" | "edges">>(part: Part, x: number, y: number): Part {
  const shift = <Place extends Point>(place: Place): Place => ({ ...place, x: place.x + x, y: place.y + y });
  return { ...part, nodes: part.nodes.map(shift), edges: part.edges.map((edge) => ({ ...edge, points: edge.points.map(shift) })) };
}

/** A line through points with round corners. */
export function pathOf(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return "";
  const middle = rest.slice(0, -1).map((point, at) => {
    const next = rest[at + 1] ?? point;
    return `Q${point.x} ${point.y} ${(point.x + next.x) / 2} ${(point.y + next.y) / 2}`;
  });
  const last = rest.at(-1) ?? first;
  return `M${first.x} ${first.y}${middle.join("")}L${last.x} ${last.y}`;
}
