import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { Refusal } from "./refusal.ts";
import type { StackFile } from "./stack-file.ts";

/** Where the stack goes. */
export interface Target {
  readonly stack: string;
  readonly region: string;
  /** Where Pulumi keeps the stack's state, as `pulumi login` takes it. */
  readonly backendUrl: string;
}

/** Of the names of functions, which hold the stack's, AWS takes 64 characters of this kind. */
const stackName = /^[A-Za-z0-9_-]{1,27}$/;

/** Sets what `.env` holds. What the environment has already stays, and an empty value sets nothing. */
export function loadEnvFile(folder: string, env: NodeJS.ProcessEnv): void {
  const file = join(folder, ".env");
  if (!existsSync(file)) return;
  for (const [name, value] of Object.entries(parseEnv(readFileSync(file, "utf8")))) {
    if (value !== "" && value !== undefined && !env[name]) env[name] = value;
  }
}

/** @throws {@link Refusal} for a name that cannot be a stack's. */
export function stackOf(env: NodeJS.ProcessEnv): string {
  const stack = env["STACK_NAME"] || "dev";
  if (stackName.test(stack)) return stack;
  throw new Refusal(
    `STACK_NAME takes up to 27 letters, digits, hyphens and underscores, since it becomes part of the functions' names, not "${stack}".`,
  );
}

/** @throws {@link Refusal} where no region is set, it is none, or the state would be lost. */
export function targetOf(env: NodeJS.ProcessEnv, { name, config }: StackFile): Target {
  const backendUrl = env["PULUMI_BACKEND_URL"] || "file://~"; // what `pulumi login --local` means; it outlives this folder
  if (env["CI"] && backendUrl.startsWith("file:"))
    throw new Refusal("A runner's disk is gone after the run, and the stack's state with it: set PULUMI_BACKEND_URL to a bucket, s3://….");
  return { stack: name, region: regionOf(env, config["aws:region"]), backendUrl };
}

/** As Pulumi's AWS provider looks for it. */
function regionOf(env: NodeJS.ProcessEnv, configured: unknown): string {
  const region = configured || env["AWS_REGION"] || env["AWS_DEFAULT_REGION"];
  if (typeof region !== "string")
    throw new Refusal("No AWS region is set: put AWS_DEFAULT_REGION into .env (copy example.env), with a code such as eu-central-1.");
  if (/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) return region;
  throw new Refusal(`An AWS region is a code such as eu-central-1, not "${region}": mend AWS_DEFAULT_REGION in .env.`);
}
