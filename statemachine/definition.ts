import { readFileSync } from "node:fs";
import { stages as registeredStages } from "../functions/stages/registry.ts";
import { type Stage, stateName } from "../functions/stages/stage.ts";
import { errorStates } from "./error-states.ts";
import { longestPathSeconds, type TimedDefinition } from "./longest-path.ts";
import { statesOf } from "./stage-states.ts";

export const definitionFile = new URL("./process-job.asl.json", import.meta.url);

/** An execution ends by itself after this, before Express ends it at 300 where no Catch sees it. Every path must take less. */
const executionSeconds = 290;

type Definition = TimedDefinition & { readonly TimeoutSeconds: number };

/**
 * The definition that runs a job through stages, with `${Placeholder}` strings in the place of ARNs and names.
 *
 * @throws Error, one sentence, where the stages do not fit into an execution.
 */
export function buildDefinition(stages: readonly [Stage, ...Stage[]] = registeredStages): Definition {
  const states = stages.map((stage, at) => statesOf(stage, stages[at + 1]));
  const definition = {
    Comment:
      "Takes a job through its stages. Only the job's key and the numbers of pages travel: texts and results live in the record and the bucket.",
    QueryLanguage: "JSONata",
    StartAt: stateName(stages[0]),
    TimeoutSeconds: executionSeconds,
    States: Object.assign({}, ...states, errorStates(stages)),
  };
  const missing = longestPathSeconds(definition) + 1 - executionSeconds;
  if (missing > 0)
    throw new Error(
      `The stages take up to ${longestPathSeconds(definition)} s of the ${executionSeconds - 1} s that an execution has: ${missing} s are missing; lower timeoutSeconds or attempts in a stage.ts.`,
    );
  return definition;
}

/**
 * The definition in its file, which is what is deployed.
 *
 * @throws Error, one sentence, where it is not what the stages make it.
 */
export function readDefinition(file: URL = definitionFile): string {
  const text = readFileSync(file, "utf8");
  if (compact(text) !== JSON.stringify(buildDefinition()))
    throw new Error("statemachine/process-job.asl.json is out of date; write it with `npm run generate`.");
  return text;
}

/** JSON without its layout; nothing where it is none. */
function compact(text: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return undefined;
  }
}

const placeholder = /\$\{(\w+)\}/g;

/**
 * Fills the placeholders of a definition.
 *
 * @throws Error that names a placeholder for which there is no value, or a value for which there is no placeholder.
 */
export function fillPlaceholders(definition: string, values: Readonly<Record<string, string>>): string {
  const names = new Set(Array.from(definition.matchAll(placeholder), ([, name]) => name as string));
  const unfilled = [...names].find((name) => !Object.hasOwn(values, name));
  if (unfilled !== undefined) throw new Error(`The definition has a placeholder \${${unfilled}} without a value.`);
  const unknown = Object.keys(values).find((name) => !names.has(name));
  if (unknown !== undefined) throw new Error(`The definition has no placeholder \${${unknown}}.`);
  return definition.replace(placeholder, (_, name: string) => JSON.stringify(values[name]).slice(1, -1));
}
