import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { StartError } from "../start-error.ts";

interface ProjectFile {
  readonly name: string;
  readonly main?: string;
  readonly config?: Readonly<Record<string, { readonly default?: unknown } | string>>;
}

interface StackFile {
  readonly config?: Readonly<Record<string, unknown>>;
}

export interface StackConfig {
  readonly project: string;
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
 * @throws {@link StartError} for an assignment that is none, a key that the project does not describe, and an encrypted value.
 */
export function readStackConfig(folder: string, stack: string, set: readonly string[]): StackConfig {
  const project = readYaml<ProjectFile>(join(folder, "Pulumi.yaml"));
  const described = Object.entries(project.config ?? {}).map(([key, value]) => [key, defaultOf(value)] as const);
  const fullKey = (key: string) => (key.includes(":") ? key : `${project.name}:${key}`);
  const ofStack = Object.entries(readYaml<StackFile>(join(folder, `Pulumi.${stack}.yaml`)).config ?? {});
  const ofCommandLine = set.map((assignment) =>
    assigned(
      assignment,
      described.map(([key]) => fullKey(key)),
      fullKey,
    ),
  );
  const all = [...described, ...ofStack, ...ofCommandLine].filter(([, value]) => value !== undefined);
  const values = Object.fromEntries(all.map(([key, value]) => [fullKey(key), textOf(key, value)]));
  return { project: project.name, program: join(folder, project.main ?? "index.ts"), values };
}

function assigned(assignment: string, known: readonly string[], fullKey: (key: string) => string): readonly [string, string] {
  const [, key = "", value = ""] = /^([^=]+)=(.*)$/s.exec(assignment) ?? [];
  if (key === "") throw new StartError(`--set takes key=value, not "${assignment}".`);
  if (known.includes(fullKey(key))) return [key, value];
  throw new StartError(`There is no config value "${key}"; Pulumi.yaml describes ${known.map((one) => one.split(":")[1]).join(", ")}.`);
}

function defaultOf(value: { readonly default?: unknown } | string): unknown {
  return typeof value === "string" ? value : value.default;
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
