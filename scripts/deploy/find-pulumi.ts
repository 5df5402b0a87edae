import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";
import { Refusal } from "./refusal.ts";

/** The first version that keeps stacks by project where there is no Pulumi account; config values in Pulumi.yaml came with 3.42. */
const oldestVersion = [3, 61, 0] as const;

const howToInstall: Partial<Record<NodeJS.Platform, string>> = {
  darwin: "brew install pulumi/tap/pulumi",
  win32: "winget install Pulumi.Pulumi",
};

/** The command that installs the Pulumi CLI on a platform. */
const installLine = (platform: NodeJS.Platform): string => howToInstall[platform] ?? "curl -fsSL https://get.pulumi.com | sh";

/**
 * Looks for the Pulumi CLI: on the PATH, then in node_modules, then where its installer puts it.
 *
 * @returns the path of the program, which on Windows may be a script.
 * @throws {@link Refusal} where there is none.
 */
export function findPulumi(folder: string, env: NodeJS.ProcessEnv, platform: NodeJS.Platform, isProgram = isExecutable): string {
  const { join, delimiter } = platform === "win32" ? path.win32 : path.posix;
  const home = (platform === "win32" ? env["USERPROFILE"] : env["HOME"]) ?? "";
  const folders = [...pathOf(env).split(delimiter), join(folder, "node_modules", ".bin"), ...(home ? [join(home, ".pulumi", "bin")] : [])];
  for (const each of folders.filter((one) => one !== "")) {
    for (const name of namesOn(platform, env)) {
      const file = join(each.replace(/^"(.*)"$/, "$1"), name);
      if (isProgram(file)) return file;
    }
  }
  throw new Refusal(`The Pulumi CLI was not found on the PATH: install it (${installLine(platform)}) and open a new terminal.`);
}

/**
 * @param answer what `pulumi version` printed, such as `v3.203.0`.
 * @throws {@link Refusal} where that is no version, or one too old for this project's Pulumi.yaml.
 */
export function checkVersion(file: string, answer: string, platform: NodeJS.Platform): void {
  const found = /^v?(\d+)\.(\d+)\.(\d+)/.exec(answer.trim());
  if (found === null) throw new Refusal(`${file} is not the Pulumi CLI, or is broken: install it anew (${installLine(platform)}).`);
  const version = found.slice(1).map(Number);
  const at = oldestVersion.findIndex((part, index) => part !== version[index]);
  if (at === -1 || (version[at] ?? 0) > (oldestVersion[at] ?? 0)) return;
  throw new Refusal(
    `Pulumi ${version.join(".")} is too old for this project, which needs ${oldestVersion.join(".")} or newer: install it anew (${installLine(platform)}).`,
  );
}

/** Windows does not tell apart capital letters in names of variables, but a copy of its environment does. */
function pathOf(env: NodeJS.ProcessEnv): string {
  const name = Object.keys(env).find((each) => each.toUpperCase() === "PATH");
  return (name === undefined ? undefined : env[name]) ?? "";
}

function namesOn(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string[] {
  if (platform !== "win32") return ["pulumi"];
  return (env["PATHEXT"] ?? ".COM;.EXE;.BAT;.CMD").split(";").map((extension) => `pulumi${extension.toLowerCase()}`);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
