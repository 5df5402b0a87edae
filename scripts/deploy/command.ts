// Only Node's own modules are imported here: the packages may not be installed when this runs.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { systemClock } from "../job/clock.ts";
import type { JobTerminal } from "../job/terminal.ts";

/** Ends a command; the message is one sentence that says what to do. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

/** The process that a command runs in; tests pass another, except for `env`, since AWS's clients read the process's own. */
export interface Surroundings extends Omit<JobTerminal, "input" | "project"> {
  readonly platform: NodeJS.Platform;
  /** True where a question can be answered. */
  readonly isTerminal: boolean;
  /** Shows a question and reads a line. */
  ask(question: string): Promise<string>;
}

/** @returns the exit code. */
export type Command = (args: readonly string[], surroundings: Surroundings) => Promise<0 | 1>;

/** A command with switches, `--help` among them, whose refusals are printed: exit code 1. */
export function createCommand<Switch extends string>(
  usage: string,
  names: readonly Switch[],
  work: (switches: Readonly<Record<Switch, boolean>>, surroundings: Surroundings) => Promise<void>,
): Command {
  return async (args, surroundings) => {
    try {
      const switches = switchesIn(args, [...names, "help"]);
      if (switches.help) surroundings.print(usage);
      else await work(switches, surroundings);
      return 0;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      surroundings.report(error.message);
      return 1;
    }
  };
}

function switchesIn<Name extends string>(args: readonly string[], names: readonly Name[]): Readonly<Record<Name, boolean>> {
  try {
    const options = Object.fromEntries(names.map((name) => [name, { type: "boolean", default: false }] as const));
    return parseArgs({ args: [...args], options }).values as Record<Name, boolean>;
  } catch (error) {
    throw new Refusal(error instanceof Error ? error.message : String(error));
  }
}

/** Runs a command as this process, once the packages that it imports are installed. */
export async function run(load: () => Promise<Command>): Promise<void> {
  const missing = missingPackages(process.cwd());
  if (missing !== undefined) {
    console.error(missing);
    process.exitCode = 1;
    return;
  }
  const command = await load();
  process.exitCode = await command(process.argv.slice(2), {
    folder: process.cwd(),
    env: process.env,
    platform: process.platform,
    isTerminal: process.stdin.isTTY === true && process.stdout.isTTY === true,
    fetch,
    clock: systemClock,
    ask,
    print: (line) => process.stdout.write(`${line}\n`),
    report: (line) => process.stderr.write(`${line}\n`),
  });
}

async function ask(question: string): Promise<string> {
  using lines = createInterface({ input: process.stdin, output: process.stdout });
  return await lines.question(question);
}

interface Lock {
  readonly packages: Readonly<Record<string, Readonly<{ version?: string; dependencies?: object; devDependencies?: object }>>>;
}

/** @returns what to do where `npm ci` has not run since package-lock.json changed. */
function missingPackages(folder: string): string | undefined {
  const { packages: locked } = readLock(join(folder, "package-lock.json"));
  const { packages: installed } = readLock(join(folder, "node_modules", ".package-lock.json")); // npm writes it
  const isStale = (name: string) => locked[`node_modules/${name}`]?.version !== installed[`node_modules/${name}`]?.version;
  const stale = Object.keys({ ...locked[""]?.dependencies, ...locked[""]?.devDependencies }).filter(isStale);
  if (stale.length === 0) return undefined;
  return `The packages of package-lock.json are not installed (${stale.slice(0, 3).join(", ")}${stale.length > 3 ? ", …" : ""}): run npm ci.`;
}

const readLock = (file: string): Lock => (existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { packages: {} });
