import { type SpawnOptions, spawn } from "node:child_process";
import { homedir } from "node:os";
import { join } from "node:path";
// The whole Automation API takes seconds to load; docs/decisions/0020-deploying.md says what else it was tried for.
import { PulumiCommand } from "@pulumi/pulumi/automation/cmd.js";
import { Refusal } from "./command.ts";
import type { Target } from "./settings.ts";

/** The first version that names resources by the pattern in Pulumi.yaml. */
const minVersion = "3.146.0";

const installCommands: Partial<Record<NodeJS.Platform, string>> = {
  darwin: "brew install pulumi/tap/pulumi",
  win32: "winget install Pulumi.Pulumi",
};

/**
 * Finds the Pulumi CLI on the PATH, or where its installer puts it.
 *
 * @returns its command.
 * @throws {@link Refusal} where there is none, or it is too old for this project's Pulumi.yaml.
 */
export async function findPulumi(platform: NodeJS.Platform): Promise<string> {
  const install = installCommands[platform] ?? "curl -fsSL https://get.pulumi.com | sh";
  const found = (await installedPulumi({})) ?? (await installedPulumi({ root: join(homedir(), ".pulumi") }));
  if (found === undefined) throw new Refusal(`The Pulumi CLI was not found on the PATH: install it (${install}) and open a new terminal.`);
  if (found.version === null) throw new Refusal(`\`pulumi version\` prints no version: reinstall the Pulumi CLI (${install}).`);
  if (found.version.compare(minVersion) >= 0) return found.command;
  throw new Refusal(`Pulumi ${found.version} is too old for this project, which needs ${minVersion} or newer: reinstall it (${install}).`);
}

async function installedPulumi(place: { root?: string }): Promise<Pick<PulumiCommand, "command" | "version"> | undefined> {
  try {
    return await PulumiCommand.get({ ...place, skipVersionCheck: true }); // its own minimum is another, and its message long
  } catch (error) {
    if (error instanceof Error && error.message.includes("ENOENT")) return undefined;
    return { command: "", version: null }; // it fails
  }
}

interface StateResource {
  readonly type: string;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

interface State {
  readonly deployment?: { readonly resources?: readonly StateResource[] };
}

/** The Pulumi CLI, run in the project's folder. */
export class Pulumi {
  readonly #command: string;
  readonly #platform: NodeJS.Platform;
  readonly #options: SpawnOptions;

  constructor(command: string, platform: NodeJS.Platform, options: Readonly<{ cwd: string; env: NodeJS.ProcessEnv }>) {
    this.#command = command;
    this.#platform = platform;
    this.#options = options;
  }

  /**
   * Runs a command that has the terminal.
   *
   * @throws {@link Refusal} where it fails; the command itself has printed why.
   */
  async run(...args: string[]): Promise<void> {
    const { code } = await this.#start(args, "inherit");
    if (code !== 0) throw new Refusal(`pulumi ${args.join(" ").split(" --")[0]} ended with ${code}; its output above says why.`);
  }

  /** @returns what a command prints, as JSON; nothing where it fails. */
  async read(...args: string[]): Promise<unknown> {
    const { code, output } = await this.#start(args, ["ignore", "pipe", "inherit"]);
    return code === 0 && output !== "" ? JSON.parse(output) : undefined;
  }

  /** The resources in a stack's state. */
  async resources(stack: string): Promise<readonly StateResource[]> {
    const { deployment } = ((await this.read("stack", "export", "--stack", stack)) ?? {}) as State;
    return deployment?.resources ?? [];
  }

  #start(args: readonly string[], stdio: SpawnOptions["stdio"]): Promise<{ code: number | string | null; output: string }> {
    // Ctrl-C reaches both processes: the CLI ends what it has begun, and this one waits for it.
    const ignore = () => undefined;
    process.on("SIGINT", ignore);
    return new Promise<{ code: number | string | null; output: string }>((resolve, reject) => {
      const child = this.#spawn(args, { ...this.#options, stdio });
      let output = "";
      child.stdout?.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
      child.once("error", reject);
      child.once("close", (code, signal) => resolve({ code: code ?? signal, output }));
    }).finally(() => process.off("SIGINT", ignore));
  }

  /** On Windows the command may be a script, which only the shell starts; it splits a line at its spaces, which no argument here has. */
  #spawn(args: readonly string[], options: SpawnOptions) {
    if (this.#platform !== "win32") return spawn(this.#command, args, options);
    return spawn(`"${this.#command}" ${args.join(" ")}`, { ...options, shell: true });
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
