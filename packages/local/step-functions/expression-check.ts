/** A node of JSONata's syntax tree, as far as it matters here; the package's own type leaves paths out. */
export interface SyntaxNode {
  readonly type: string;
  readonly value?: unknown;
  readonly steps?: readonly SyntaxNode[];
}

/** The members of `$states` that exist only in some fields. */
export type StatesMember = "result" | "errorOutput";

type Refuse = (sentence: string) => never;

/** Where a node's children are read against another value than the expression's own context. */
const nestedContexts: ReadonlySet<string> = new Set(["predicate", "stages", "group", "terms", "pattern", "update", "delete"]);
const contextNodes: ReadonlySet<string> = new Set(["name", "wildcard", "descendant", "parent"]);

/**
 * Refuses what Step Functions refuses when a state machine is created: a Step Functions expression has no context item,
 * so `$`, `$$` and bare names are undefined; `$eval` does not exist; `$states` has no other members than the field's.
 */
export function checkReferences(root: SyntaxNode, members: readonly StatesMember[], refuse: Refuse): void {
  const visit = (node: unknown, topLevel: boolean): void => {
    if (typeof node !== "object" || node === null) return;
    if (isNode(node)) checkNode(node, topLevel, refuse);
    const { steps = [], ...rest } = node as Partial<SyntaxNode>;
    checkStatesMember(steps, members, refuse);
    for (const [index, step] of steps.entries()) visit(step, topLevel && index === 0);
    for (const [key, child] of Object.entries(rest)) visit(child, topLevel && steps.length === 0 && !nestedContexts.has(key));
  };
  visit(root, true);
}

const isNode = (value: object): value is SyntaxNode => "type" in value && typeof value.type === "string";

function checkNode(node: SyntaxNode, topLevel: boolean, refuse: Refuse): void {
  const isContext = contextNodes.has(node.type) || (node.type === "variable" && node.value === "");
  if (topLevel && isContext)
    refuse(`refers to '${node.value === "" ? "$" : (node.value ?? "%")}' at the top level, where there is no context item`);
  if (node.type !== "variable") return;
  if (node.value === "$") refuse("refers to '$$', which Step Functions does not have");
  if (node.value === "eval") refuse("calls '$eval', which Step Functions does not have; use '$parse'");
}

function checkStatesMember([variable, member]: readonly SyntaxNode[], members: readonly string[], refuse: Refuse): void {
  if (variable?.type !== "variable" || variable.value !== "states" || member?.type !== "name") return;
  if (!["input", "context", ...members].includes(String(member.value)))
    refuse(`refers to '$states.${member.value}', which does not exist there`);
}
