import { readFileSync } from "node:fs";
import { resultKeys, type Stage } from "../functions/jobs/job.ts";

const placeholder = /\$\{(\w+)\}/g;

/** The definition as it stands in its file: valid JSON, its ARNs and names as `${Placeholder}` strings. */
export function readDefinition(): string {
  return readFileSync(new URL("./process-job.asl.json", import.meta.url), "utf8");
}

/** The placeholder of a stage's function: `MlInferenceFunctionArn` of `ml_inference`. */
export function functionPlaceholder(stage: Stage): string {
  const [initial = "", ...rest] = resultKeys[stage];
  return `${initial.toUpperCase()}${rest.join("")}FunctionArn`;
}

/**
 * Fills the placeholders of a definition.
 *
 * @throws Error that names a placeholder for which there is no value, or a value for which there is no placeholder.
 */
export function fillPlaceholders(definition: string, values: Readonly<Record<string, string>>): string {
  const names = new Set(Array.from(definition.matchAll(placeholder), ([, name]) => name as string));
  const unfilled = [...names].find((name) => !Object.hasOwn(values, name));
  if (unfilled !== undefined) throw new Error(`The definition has a placeholder \${${unfilled}} that nothing fills.`);
  const unknown = Object.keys(values).find((name) => !names.has(name));
  if (unknown !== undefined) throw new Error(`The definition has no placeholder \${${unknown}}.`);
  return definition.replace(placeholder, (_, name: string) => JSON.stringify(values[name]).slice(1, -1));
}
