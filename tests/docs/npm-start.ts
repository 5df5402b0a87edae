import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import type { Shell } from "./documentation.ts";

/** Where commands are typed. */
export interface Terminal {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface Started {
  readonly apiUrl: string;
  readonly awsUrl: string;
  /** Its output until it was ready. */
  readonly output: string;
  stop(): Promise<void>;
}

/** Runs an `npm start …` as it is typed, until it is ready. Stop it when done. */
export async function npmStart(command: string, { folder, env }: Terminal): Promise<Started> {
  // npm passes signals on to its shell; bash, unlike others, is by then the program that it was to run.
  const started = spawn("bash", ["-c", command], { cwd: folder, env: { ...env, npm_config_script_shell: "bash" } });
  const exit = once(started, "exit");
  let output = "";
  started.stderr.on("data", (chunk) => {
    output += chunk;
  });
  await new Promise<void>((resolve, reject) => {
    started.stdout.on("data", (chunk) => {
      output += chunk;
      if (/--table-name \S+\n/.test(output)) resolve();
    });
    started.once("close", (code) => reject(new Error(`${command} ended with ${code}. ${output}`)));
  });
  const addressOf = (name: string) => new RegExp(`${name} +(http:\\S+)`).exec(output)?.[1] ?? "";
  const [apiUrl, awsUrl] = [addressOf("API"), addressOf("AWS endpoint")];
  const stop = async () => {
    started.kill("SIGINT");
    await exit;
  };
  return { apiUrl, awsUrl, output, stop };
}

/** True where a program is on the PATH, and runs. */
export const isHere = (program: string): boolean => spawnSync(program, ["--version"]).status === 0;

export interface Ended {
  readonly code: unknown;
  /** The output as a terminal shows it. */
  readonly output: string;
}

/** Runs a command to its end. */
export function run(shell: Shell, command: string, { folder, env }: Terminal): Promise<Ended> {
  const [program, ...args] =
    shell === "powershell"
      ? (["pwsh", "-NoProfile", "-Command", `$ErrorActionPreference = 'Stop'; $url = $env:url\n${command}`] as const)
      : (["bash", "-c", `set -eo pipefail; exec 2>&1\n${command}`] as const);
  return new Promise((resolve) => {
    execFile(program, args, { cwd: folder, env }, (error, stdout) => resolve({ code: error?.code ?? 0, output: stdout }));
  });
}
