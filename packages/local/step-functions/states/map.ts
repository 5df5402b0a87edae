import type { Activation } from "../activation.ts";
import { type Child, runChildren } from "../children.ts";
import { compileExit, compileNext } from "../exits.ts";
import { Fields } from "../fields.ts";
import { evaluateInteger, type IntegerField, integerField } from "../integer-field.ts";
import { isTooLarge, type Json, type Payload, payloadOf } from "../payload.ts";
import { QueryFailure, type Template } from "../query.ts";
import type { Behaviour, Graph } from "../state.ts";

/** What an inline Map state runs at a time where MaxConcurrency is 0 or says more. */
const inlineConcurrency = 40;

interface Iterations {
  readonly graph: Graph;
  readonly items: Template | undefined;
  readonly itemSelector: Template | undefined;
  readonly maxConcurrency: IntegerField | undefined;
}

export function compileMap(fields: Fields, compileGraph: (fields: Fields) => Graph): Behaviour {
  const iterations: Iterations = {
    graph: compileGraph(compileProcessor(fields)),
    items: fields.expression("Items", "an array", Array.isArray),
    itemSelector: fields.template("ItemSelector"),
    maxConcurrency: integerField(fields, "MaxConcurrency", 0),
  };
  const exit = compileExit(fields, compileNext(fields), ["result"]);
  return {
    exits: [exit],
    graphs: [iterations.graph],
    run: async (activation) => ({ exit, result: await iterate(iterations, activation) }),
  };
}

function compileProcessor(fields: Fields): Fields {
  const processor = new Fields(fields.take("ItemProcessor"), `ItemProcessor of ${fields.where.replace(/^State/, "state")}`);
  const config = new Fields(processor.take("ProcessorConfig") ?? {}, `ProcessorConfig of ${fields.where.replace(/^State/, "state")}`);
  const mode = config.text("Mode") ?? "INLINE";
  if (mode !== "INLINE") config.refuse(`has the 'Mode' '${mode}', and Express has only INLINE`);
  config.end();
  processor.take("Comment");
  return processor;
}

async function iterate({ graph, items, itemSelector, maxConcurrency }: Iterations, activation: Activation): Promise<Payload> {
  const values = await itemsOf(items, activation);
  const limit = (await evaluateInteger(activation, maxConcurrency)) || inlineConcurrency;
  activation.record("MapStateStarted", { length: values.length });
  const children: Child[] = [];
  for (const [index, value] of values.entries()) {
    const mapItem = { Index: index, Value: value };
    const input = itemSelector === undefined ? value : await activation.evaluate(itemSelector, {}, undefined, mapItem);
    children.push({ graph, input: payloadOf(input), mapItem, iteration: { index, name: activation.state.name } });
  }
  const outputs = await runChildren(activation, children, Math.min(limit, inlineConcurrency));
  activation.record("MapStateSucceeded");
  const result = payloadOf(outputs.map(({ value }) => value));
  if (isTooLarge(result)) throw activation.tooLarge("returned a result", { terminal: false });
  return result;
}

const theInput: Pick<Template, "field" | "evaluate" | "unexpected"> = {
  field: "Items",
  evaluate: ({ states }) => states.input,
  unexpected: (expected) => new QueryFailure(`The state has no 'Items', and its input is not of the type '${expected}'.`, "Items"),
};

async function itemsOf(items: Template = theInput, activation: Activation): Promise<readonly Json[]> {
  const values = await activation.evaluate(items, {}, (found) => {
    if (!Array.isArray(found)) throw items.unexpected("array", found);
  });
  return values as readonly Json[];
}
