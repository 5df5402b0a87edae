import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { Refusal } from "./refusal.ts";
import type { Target } from "./settings.ts";

/** The Pulumi CLI. */
export class Pulumi {
  readonly #file: string;
  readonly #options: SpawnOptions;

  constructor(file: string, folder: string, env: NodeJS.ProcessEnv) {
    this.#file = file;
    this.#options = { cwd: folder, env };
  }

  /**
   * Runs a command with the terminal for its own.
   *
   * @throws {@link Refusal} where it fails; the command itself has said why.
   */
  async run(...args: string[]): Promise<void> {
    const { code } = await this.#start(args, ["inherit", "inherit", "inherit"]);
    if (code !== 0) throw new Refusal(`pulumi ${args.join(" ").split(" --")[0]} ended with ${code}; what it printed above says why.`);
  }

  /** @returns what a command prints, or nothing where it fails. */
  async read(...args: string[]): Promise<string | undefined> {
    const { code, output } = await this.#start(args, ["ignore", "pipe", "inherit"]);
    return code === 0 ? output : undefined;
  }

  #start(args: readonly string[], stdio: SpawnOptions["stdio"]): Promise<{ code: number | string | null; output: string }> {
    // Ctrl-C reaches both: the CLI ends what it has begun, and this waits for it.
    const ignore = () => undefined;
    process.on("SIGINT", ignore);
    return new Promise<{ code: number | string | null; output: string }>((resolve, reject) => {
      const child = this.#spawn(args, stdio);
      let output = "";
      child.stdout?.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
      child.once("error", reject);
      child.once("close", (code, signal) => resolve({ code: code ?? signal, output }));
    }).finally(() => process.off("SIGINT", ignore));
  }

  /** Node starts a script of Windows only through its shell, which parts a line at its blanks: no argument of ours has one. */
  #spawn(args: readonly string[], stdio: SpawnOptions["stdio"]): ChildProcess {
    const options = { ...this.#options, stdio };
    if (!/\.(cmd|bat)$/i.test(this.#file)) return spawn(this.#file, args, options);
    return spawn(`"${this.#file}" ${args.join(" ")}`, { ...options, shell: true });
  }
}

/** The environment in which the CLI needs no account, no login and no question. */
export function pulumiEnvironment(env: NodeJS.ProcessEnv, { region, backendUrl }: Target): NodeJS.ProcessEnv {
  const hasPassphrase = env["PULUMI_CONFIG_PASSPHRASE"] !== undefined || env["PULUMI_CONFIG_PASSPHRASE_FILE"] !== undefined;
  return {
    ...env,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    PULUMI_BACKEND_URL: backendUrl,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    ...(hasPassphrase ? {} : { PULUMI_CONFIG_PASSPHRASE: "" }), // nothing in the stack is secret
  };
}
