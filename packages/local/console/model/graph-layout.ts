import { graphlib, layout } from "@dagrejs/dagre";
import type { DefinitionGraph, GraphEdge, GraphNode } from "./definition-graph.ts";

/** A node with its place, in pixels; its corner is the left upper one. */
export interface PlacedNode extends GraphNode {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedEdge extends GraphEdge {
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Groups first, so that what is in them is drawn over them. */
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

const size = { state: { width: 156, height: 48 }, marker: { width: 18, height: 18 } };
const margin = 14;

const isMarker = ({ type }: GraphNode): boolean => type === "start" || type === "end";

/** Lays a definition out from top to bottom; retries stay at their state and are no edges of the layout. */
export function layoutOf({ nodes, edges }: DefinitionGraph): Layout {
  const graph = new graphlib.Graph({ compound: true, multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 34, ranksep: 30, marginx: margin, marginy: margin });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of nodes) graph.setNode(node.id, { ...(isMarker(node) ? size.marker : size.state) });
  const groups = new Set<string>();
  for (const { id, parent } of nodes) {
    if (parent === undefined) continue;
    graph.setParent(id, parent);
    groups.add(parent);
  }
  // An edge of a group is one of its first or last state: dagre ranks no groups.
  const drawn = edges.filter(({ kind }) => kind !== "retry");
  const ends = (edge: GraphEdge) => [entryOf(edge.from, "end", nodes, groups), entryOf(edge.to, "start", nodes, groups)] as const;
  for (const [at, edge] of drawn.entries()) graph.setEdge(...ends(edge), { weight: edge.kind === "catch" ? 0 : 20 }, String(at));
  layout(graph);
  const placed = nodes.map((node): PlacedNode => {
    const { x = 0, y = 0, width = 0, height = 0 } = graph.node(node.id) as Partial<PlacedNode>;
    return { ...node, x: x - width / 2, y: y - height / 2, width, height };
  });
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return {
    ...{ width, height },
    nodes: placed.toSorted((one, other) => Number(groups.has(other.id)) - Number(groups.has(one.id))),
    edges: drawn.map((edge, at) => ({ ...edge, points: pointsOf(graph, ends(edge), String(at)) })),
  };
}

/** The node in a group at which an edge of the group begins or ends. */
function entryOf(id: string, kind: "start" | "end", nodes: readonly GraphNode[], groups: ReadonlySet<string>): string {
  if (!groups.has(id)) return id;
  const own = nodes.filter(({ parent }) => parent === id);
  const marker = own.find(({ type }) => type === kind) ?? own[0];
  return marker === undefined ? id : entryOf(marker.id, kind, nodes, groups);
}

function pointsOf(graph: graphlib.Graph, [from, to]: readonly [string, string], name: string): PlacedEdge["points"] {
  const { points = [] } = graph.edge(from, to, name) as { points?: PlacedEdge["points"] };
  return points;
}

/** A smooth line through points. */
export function pathOf(points: PlacedEdge["points"]): string {
  const [first, ...rest] = points;
  if (first === undefined) return "";
  const middle = rest.slice(0, -1).map((point, at) => {
    const next = rest[at + 1] ?? point;
    return `Q${point.x} ${point.y} ${(point.x + next.x) / 2} ${(point.y + next.y) / 2}`;
  });
  const last = rest.at(-1) ?? first;
  return `M${first.x} ${first.y}${middle.join("")}L${last.x} ${last.y}`;
}
