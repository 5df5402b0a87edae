import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { graphOf, type StatesDefinition } from "../../console/model/definition-graph.ts";
import { layoutOf, type PlacedNode, pathOf } from "../../console/model/graph-layout.ts";

const pass = (Next?: string) => ({ Type: "Pass", ...(Next === undefined ? { End: true } : { Next }) });

const pipeline: StatesDefinition = {
  StartAt: "Read",
  States: {
    Read: {
      Type: "Task",
      Next: "Sort",
      Retry: [{ ErrorEquals: ["Busy"] }, { ErrorEquals: ["States.Timeout"] }],
      Catch: [
        { ErrorEquals: ["Broken"], Next: "Failed" },
        { ErrorEquals: ["States.ALL"], Next: "Failed" },
      ],
    },
    Sort: { Type: "Choice", Choices: [{ Condition: "{% $x > 1 %}", Next: "Pages" }], Default: "Sides" },
    Pages: { Type: "Map", ItemProcessor: { StartAt: "Page", States: { Page: pass() } }, End: true },
    Sides: {
      Type: "Parallel",
      Branches: [
        { StartAt: "Left", States: { Left: pass("Left 2"), "Left 2": pass() } },
        { StartAt: "Right", States: { Right: pass() } },
      ],
      End: true,
    },
    Failed: { Type: "Fail" },
  },
};

test("transitions, choices, catchers and retriers are edges that can be told apart", () => {
  const { edges } = graphOf(pipeline);
  const shown = edges.filter(({ from, to }) => !`${from}${to}`.includes("\t")).map(({ from, to, kind, label }) => [from, to, kind, label]);

  expect(shown).toEqual([
    ["Read", "Sort", "next", undefined],
    ["Read", "Failed", "catch", "Broken, States.ALL"],
    ["Read", "Read", "retry", "Busy; States.Timeout"],
    ["Sort", "Pages", "choice", "$x > 1"],
    ["Sort", "Sides", "default", "otherwise"],
    ["Left", "Left 2", "next", undefined],
  ]);
});

test("the states of a Map and of branches are in their group", () => {
  const parents = Object.fromEntries(graphOf(pipeline).nodes.map(({ id, parent }) => [id, parent]));

  expect(parents).toMatchObject({ Read: undefined, Page: "Pages", Left: "Sides", "Left 2": "Sides", Right: "Sides" });
});

describe("the layout", () => {
  test("has the way without errors in one line, and what handles errors right of it", () => {
    const catching = { Type: "Task", Catch: [{ ErrorEquals: ["States.ALL"], Next: "SetError" }] };
    const { nodes, edges } = layoutOf(
      graphOf({
        StartAt: "A",
        States: {
          A: { ...catching, Next: "B" },
          B: { ...catching, Next: "C" },
          C: { ...catching, End: true },
          SetError: { Type: "Task", Next: "Failed" },
          Failed: { Type: "Fail" },
        },
      }),
    );
    const middleOf = (id: string) => nodes.filter((node) => node.id === id).map(({ x, width }) => x + width / 2)[0] ?? 0;
    const main = ["\tstart", "A", "B", "C", "\tend"].map(middleOf);

    expect(new Set(main).size).toBe(1);
    expect(Math.min(middleOf("SetError"), middleOf("Failed"))).toBeGreaterThan(middleOf("A"));
    expect(edges.filter(({ kind }) => kind === "catch")).toHaveLength(3);
  });

  test("of any definition: no nodes overlap, groups are around their states, edges have their ends, all is within the drawing", () => {
    fc.assert(
      fc.property(definitions, (definition) => {
        const graph = graphOf(definition);
        const { nodes, edges, width, height } = layoutOf(graph);
        const byId = new Map(nodes.map((node) => [node.id, node]));

        expect(nodes.map(({ id }) => id).sort()).toEqual(graph.nodes.map(({ id }) => id).sort());
        expect(edges).toHaveLength(graph.edges.filter(({ kind }) => kind !== "retry").length);
        for (const node of nodes) {
          const around = node.parent === undefined ? { x: 0, y: 0, width, height } : byId.get(node.parent);
          expect(around && isWithin(node, around), node.id).toBe(true);
          const siblings = nodes.filter((other) => other !== node && other.parent === node.parent);
          expect(siblings.filter((other) => overlaps(node, other)).map(({ id }) => id)).toEqual([]);
        }
        for (const { points } of edges) expect(pathOf(points)).toMatch(/^M[-\d.]+ [-\d.]+.*L/);
      }),
      { numRuns: 60 },
    );
  });
});

type Box = Pick<PlacedNode, "x" | "y" | "width" | "height">;

const isWithin = (inner: Box, outer: Box): boolean =>
  inner.x >= outer.x - 0.1 &&
  inner.y >= outer.y - 0.1 &&
  inner.x + inner.width <= outer.x + outer.width + 0.1 &&
  inner.y + inner.height <= outer.y + outer.height + 0.1;

const overlaps = (one: Box, other: Box): boolean =>
  one.x < other.x + other.width && other.x < one.x + one.width && one.y < other.y + other.height && other.y < one.y + one.height;

/** Definitions of up to six states a level, three levels deep, whose states lead anywhere. */
const definitions: fc.Arbitrary<StatesDefinition> = fc.infiniteStream(fc.nat(99)).map((numbers) => {
  const next = (below: number) => (numbers.next().value ?? 0) % below;
  let count = 0;
  const part = (depth: number): StatesDefinition => {
    const names = Array.from({ length: 1 + next(6) }, () => `State ${count++}`);
    const any = () => names[next(names.length)] ?? "";
    const transition = () => (next(3) === 0 ? { End: true } : { Next: any() });
    const stateOf = () => {
      const Catch = Array.from({ length: next(3) }, () => ({ ErrorEquals: ["States.ALL"], Next: any() }));
      const kind = next(depth < 2 ? 6 : 4);
      if (kind === 0) return { Type: "Choice", Choices: [{ Condition: "{% true %}", Next: any() }], Default: any() };
      if (kind === 1) return { Type: "Succeed" };
      if (kind === 4) return { Type: "Map", ItemProcessor: part(depth + 1), Catch, ...transition() };
      if (kind === 5) return { Type: "Parallel", Branches: [part(depth + 1), part(depth + 1)], Catch, ...transition() };
      return { Type: "Task", Retry: [{ ErrorEquals: ["States.ALL"] }], Catch, ...transition() };
    };
    return { StartAt: names[0] ?? "", States: Object.fromEntries(names.map((name) => [name, stateOf()])) };
  };
  return part(0);
});
