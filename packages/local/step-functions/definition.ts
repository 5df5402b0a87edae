import { DefinitionError } from "./errors.ts";
import type { StateType } from "./events.ts";
import { compileCatchers } from "./exits.ts";
import { Fields } from "./fields.ts";
import { checkGraph, checkScopes } from "./graph-check.ts";
import type { KnownResource } from "./resource.ts";
import { compileRetriers } from "./retry.ts";
import type { Behaviour, Graph, State } from "./state.ts";
import { compileChoice } from "./states/choice.ts";
import { compileFail } from "./states/fail.ts";
import { compileMap } from "./states/map.ts";
import { compileParallel } from "./states/parallel.ts";
import { compilePass } from "./states/pass.ts";
import { compileSucceed } from "./states/succeed.ts";
import { compileTask } from "./states/task.ts";
import { compileWait } from "./states/wait.ts";

/** A state machine definition, compiled: every expression parsed, every reference resolved. */
export interface Definition {
  readonly graph: Graph;
  readonly timeoutSeconds: number | undefined;
}

const longestNameLength = 80;

/** @throws {@link DefinitionError} for anything that this runtime would not run as Step Functions does. */
export function compileDefinition(text: string, knownResources: KnownResource): Definition {
  const fields = new Fields(parse(text), "The state machine");
  const language = fields.text("QueryLanguage");
  if (language !== "JSONata") fields.refuse(`has the 'QueryLanguage' '${language ?? "JSONPath"}', and only JSONata is taken here`);
  const version = fields.text("Version") ?? "1.0";
  if (version !== "1.0") fields.refuse(`has the 'Version' '${version}', which is not 1.0`);
  const timeoutSeconds = fields.integer("TimeoutSeconds", { least: 1, most: 99_999_999 });
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
    const startAt = fields.requiredText("StartAt");
    const definitions = fields.object("States") ?? fields.refuse("has no 'States'");
    const states = new Map(Object.entries(definitions).map(([name, value]) => [name, this.#state(name, value)]));
    fields.end();
    const graph = { startAt, states };
    checkGraph(graph, fields);
    return graph;
  };

  #state(name: string, value: unknown): State {
    const fields = new Fields(value, `State '${name}'`);
    if (name === "" || name.length > longestNameLength) fields.refuse(`has a name that is not 1 to ${longestNameLength} characters long`);
    if (this.#names.has(name)) fields.refuse("shares its name with another state");
    this.#names.add(name);
    const language = fields.text("QueryLanguage") ?? "JSONata";
    if (language !== "JSONata") fields.refuse(`has the 'QueryLanguage' '${language}', and only JSONata is taken here`);
    fields.text("Comment");
    const type = fields.requiredText("Type");
    if (!this.#isStateType(type)) return fields.refuse(`has the 'Type' '${type}', which is not a type of state`);
    const hasRetry = type === "Task" || type === "Parallel" || type === "Map";
    const retriers = hasRetry ? compileRetriers(fields) : [];
    const catchers = hasRetry ? compileCatchers(fields) : [];
    const behaviour = this.#behaviours[type](fields);
    fields.end();
    return { name, type, retriers, catchers, ...behaviour };
  }

  #isStateType(type: string): type is StateType {
    return Object.hasOwn(this.#behaviours, type);
  }
}
