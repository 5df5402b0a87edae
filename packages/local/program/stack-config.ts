import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { StartError } from "../start-error.ts";

interface ProjectFile {
  readonly name: string;
  readonly main?: string;
  readonly runtime?: string | { readonly name?: string };
  readonly config?: Readonly<Record<string, { readonly default?: unknown; readonly value?: unknown } | string>>;
}

interface StackFile {
  readonly config?: Readonly<Record<string, unknown>>;
}

export interface StackConfig {
  readonly project: string;
  /** The folder of the project. */
  readonly folder: string;
  /** The file of the Pulumi program. */
  readonly program: string;
  /** Values by full key, such as `async-text-processing:logLevel`. */
  readonly values: Readonly<Record<string, string>>;
}

/**
 * Reads the configuration of a stack as the Pulumi CLI would: the project's defaults, the stack's values over them, and
 * over both what the command line sets.
 *
 * @param set `key=value`; a key without a namespace is the project's.
 * @throws {@link StartError} for a malformed assignment, a key that the project does not describe, and an encrypted value.
 */
export function readStackConfig(folder: string, stack: string, set: readonly string[]): StackConfig {
  if (!existsSync(join(folder, "Pulumi.yaml")))
    throw new StartError(`There is no Pulumi.yaml in ${folder}; --project names the project's folder.`);
  const project = readYaml<ProjectFile>(join(folder, "Pulumi.yaml"));
  const described = Object.entries(project.config ?? {}).map(([key, value]) => [key, defaultOf(value)] as const);
  const fullKey = (key: string) => (key.includes(":") ? key : `${project.name}:${key}`);
  const ofStack = Object.entries(readYaml<StackFile>(join(folder, `Pulumi.${stack}.yaml`)).config ?? {});
  const known = described.map(([key]) => fullKey(key)).filter((key) => key.startsWith(`${project.name}:`));
  const ofCommandLine = set.map((assignment) => assigned(assignment, known, fullKey));
  const all = [...described, ...ofStack, ...ofCommandLine].filter(([, value]) => value !== undefined);
  const values = Object.fromEntries(all.map(([key, value]) => [fullKey(key), textOf(key, value)]));
  return { project: project.name, folder, program: programIn(folder, project), values };
}

/** @throws StartError where there is no Node.js program. */
function programIn(folder: string, { main = ".", runtime = "nodejs" }: ProjectFile): string {
  const language = typeof runtime === "string" ? runtime : runtime.name;
  if (language !== "nodejs") throw new StartError(`The project's runtime is ${language}; npm start runs programs of nodejs only.`);
  const path = join(folder, main);
  const { main: ofPackage } = readJson(join(path, "package.json"));
  const candidates = [path, ...[ofPackage ?? [], "index.ts", "index.js"].flat().map((file) => join(path, file))];
  const program = candidates.find((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
  if (program !== undefined) return program;
  throw new StartError(`There is no program in ${path}: Pulumi.yaml names none with "main", and there is neither index.ts nor index.js.`);
}

function readJson(file: string): { readonly main?: string } {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
}

function assigned(assignment: string, known: readonly string[], fullKey: (key: string) => string): readonly [string, string] {
  const [, key = "", value = ""] = /^([^=]+)=(.*)$/s.exec(assignment) ?? [];
  if (key === "") throw new StartError(`--set takes key=value, not "${assignment}".`);
  if (known.includes(fullKey(key))) return [key, value];
  throw new StartError(`There is no config value "${key}"; Pulumi.yaml describes ${known.map((one) => one.split(":")[1]).join(", ")}.`);
}

/** A key of the project has a default; one of a provider or of Pulumi has a value. */
function defaultOf(value: { readonly default?: unknown; readonly value?: unknown } | string): unknown {
  return typeof value === "string" ? value : (value.default ?? value.value);
}

function textOf(key: string, value: unknown): string {
  if (typeof value === "object" && value !== null && "secure" in value) {
    throw new StartError(`The config value "${key}" is encrypted; give it in plain text with --set ${key}=….`);
  }
  return typeof value === "string" ? value : JSON.stringify(value);
}

function readYaml<File>(file: string): File {
  return existsSync(file) ? parse(readFileSync(file, "utf8")) : ({} as File);
}
