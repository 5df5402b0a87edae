import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual, parseEnv } from "node:util";
import { parse } from "yaml";
import { stackNameProblem } from "../../infrastructure/stack-name.ts";
import { Refusal } from "./command.ts";

/** Where the stack goes. */
export interface Target {
  readonly stack: string;
  readonly region: string;
  /** The URL of the stack's state, as for `pulumi login`. */
  readonly backendUrl: string;
}

/** Sets the variables of `.env` that the environment does not set; an empty value sets nothing. */
export function loadEnvFile(folder: string, env: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries(parseEnv(textOf(join(folder, ".env")) ?? ""))) {
    if (value !== "" && value !== undefined && !env[name]) env[name] = value;
  }
}

export const stackOf = ({ STACK_NAME }: NodeJS.ProcessEnv): string => STACK_NAME || "dev";

/** @throws {@link Refusal} where the name cannot be a stack's, no region is set, it is none, or the state would be lost. */
export function targetOf(env: NodeJS.ProcessEnv, { name, project, config }: StackFile): Target {
  const problem = stackNameProblem(project, name);
  if (problem !== undefined) throw new Refusal(`STACK_NAME, "${name}", ${problem}.`);
  const backendUrl = env["PULUMI_BACKEND_URL"] || "file://~"; // as `pulumi login --local`; it outlives this folder
  if (env["CI"] && backendUrl.startsWith("file:"))
    throw new Refusal("A runner's disk is lost after the run, and the stack's state with it: set PULUMI_BACKEND_URL to a bucket, s3://….");
  return { stack: name, region: regionOf(env, config["aws:region"]), backendUrl };
}

/** In the same order as Pulumi's AWS provider. */
function regionOf(env: NodeJS.ProcessEnv, configured: unknown): string {
  const region = configured || env["AWS_REGION"] || env["AWS_DEFAULT_REGION"];
  if (typeof region !== "string")
    throw new Refusal("No AWS region is set: put AWS_DEFAULT_REGION into .env (copy example.env), with a code such as eu-central-1.");
  if (/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) return region;
  throw new Refusal(`An AWS region is a code such as eu-central-1, not "${region}": correct AWS_DEFAULT_REGION in .env.`);
}

interface StackYaml {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly encryptionsalt?: string;
}

/** `Pulumi.<stack>.yaml`: the stack's config values, which belong to the project, and a salt, which belongs to one machine. */
export class StackFile {
  readonly name: string;
  /** The name of the project. */
  readonly project: string;
  readonly #path: string;
  readonly #text: string | undefined;

  constructor(folder: string, stack: string) {
    this.name = stack;
    this.project = parse(readFileSync(join(folder, "Pulumi.yaml"), "utf8")).name;
    this.#path = join(folder, `Pulumi.${stack}.yaml`);
    this.#text = textOf(this.#path);
  }

  /** Values by full key, such as `aws:region`. */
  get config(): Readonly<Record<string, unknown>> {
    return yamlOf(this.#text).config ?? {};
  }

  /** The stack's value for a config key of the project. */
  projectValue(key: string): unknown {
    return this.config[`${this.project}:${key}`];
  }

  /** Does `work`, then removes the salt that the Pulumi CLI may have written. Other changes stay. */
  async keptDuring<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } finally {
      this.#restore();
    }
  }

  #restore(): void {
    const now = textOf(this.#path);
    if (now === this.#text || now === undefined) return;
    const { encryptionsalt: _, ...values } = yamlOf(now);
    if (!isDeepStrictEqual(values, yamlOf(this.#text))) return;
    if (this.#text === undefined) rmSync(this.#path);
    else writeFileSync(this.#path, this.#text);
  }
}

const textOf = (file: string): string | undefined => (existsSync(file) ? readFileSync(file, "utf8") : undefined);

const yamlOf = (text: string | undefined): StackYaml => parse(text ?? "") ?? {};
