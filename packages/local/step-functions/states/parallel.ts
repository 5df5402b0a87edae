import type { Activation } from "../activation.ts";
import { runChildren } from "../children.ts";
import { StatesError } from "../errors.ts";
import { compileExit, compileNext } from "../exits.ts";
import type { Fields } from "../fields.ts";
import { isTooLarge, type Payload, payloadOf } from "../payload.ts";
import type { Template } from "../query.ts";
import type { Behaviour, Graph } from "../state.ts";

export function compileParallel(fields: Fields, compileGraph: (fields: Fields) => Graph): Behaviour {
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
  const result = payloadOf(outputs.map(({ value }) => value));
  if (isTooLarge(result)) throw activation.tooLarge("returned a result", { terminal: false });
  return result;
}
