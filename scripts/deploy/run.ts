// Only what Node itself brings is imported here; see installed.ts.
import { createInterface } from "node:readline/promises";
import type { Command, Surroundings } from "./command.ts";
import { missingPackages } from "./installed.ts";

/** Runs a command as the process that this is, once the packages that it needs are there. */
export async function run(load: () => Promise<Command>): Promise<void> {
  const missing = missingPackages(process.cwd());
  if (missing !== undefined) {
    console.error(missing);
    process.exitCode = 1;
    return;
  }
  const command = await load();
  process.exitCode = await command(process.argv.slice(2), await surroundings());
}

async function surroundings(): Promise<Surroundings> {
  const { systemClock } = await import("@async-text-processing/local");
  return {
    folder: process.cwd(),
    env: process.env,
    platform: process.platform,
    isTerminal: process.stdin.isTTY === true && process.stdout.isTTY === true,
    fetch,
    clock: systemClock,
    ask,
    print: (line) => process.stdout.write(`${line}\n`),
    report: (line) => process.stderr.write(`${line}\n`),
  };
}

async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}
