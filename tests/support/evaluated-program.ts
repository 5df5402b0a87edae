import { evaluateProgram, type Manifest, type Properties, readStackConfig } from "@async-text-processing/local";

export const projectFolder = new URL("../..", import.meta.url).pathname;
const location = { region: "us-east-1", accountId: "000000000000", apiUrl: "http://127.0.0.1:3000" };

const evaluated = new Map<string, Promise<Manifest>>();

/** Evaluates `index.ts` as `npm start` does, with values of the config set: `key=value`; once for all tests that set the same. */
export function evaluatedProgram(...set: readonly string[]): Promise<Manifest> {
  const key = JSON.stringify(set);
  const manifest = evaluated.get(key) ?? evaluate(set);
  evaluated.set(key, manifest);
  return manifest;
}

function evaluate(set: readonly string[]): Promise<Manifest> {
  return evaluateProgram({ config: readStackConfig(projectFolder, "dev", set), stack: "dev", location });
}

/** The inputs of the one resource of a type and name. */
export function inputsOf({ resources }: Manifest, type: string, name: string): Properties {
  const found = resources.filter((resource) => resource.type === type && resource.name === name);
  if (found.length !== 1) throw new Error(`There are ${found.length} resources ${type} "${name}".`);
  return found[0]?.inputs ?? {};
}
