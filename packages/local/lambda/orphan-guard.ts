import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";

/**
 * Keeps a list of process groups, one change a line (`+ <group>`, `- <group>`), and ends those that are left when its input
 * closes.
 */
const script = `
groups=' '
while read -r change group; do
  case $change in
    +) groups="$groups$group " ;;
    -) groups="\${groups%% $group *} \${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -9 "-$group"; done`;

/**
 * Ends the process groups of functions when this process is killed. A function's process notices that itself,
 * but not while its code is in a loop. One shell for all of them; Windows has neither groups nor that shell.
 */
class OrphanGuard {
  #shell: ChildProcess | undefined;

  add(group: number): void {
    this.#shell ??= startShell();
    this.#shell.stdin?.write(`+ ${group}\n`);
  }

  /** Once for each group that was added: its number may soon be reused. */
  delete(group: number): void {
    this.#shell?.stdin?.write(`- ${group}\n`);
  }
}

/** In a group of its own, so that what ends this process from a terminal does not end the shell before its work. */
function startShell(): ChildProcess {
  const shell = spawn("/bin/sh", ["-c", script], { stdio: ["pipe", "ignore", "ignore"], detached: true });
  shell.on("error", () => undefined).unref();
  const channel = shell.stdin as Socket | undefined; // none where there are no more file descriptors
  channel?.on("error", () => undefined).unref();
  return shell;
}

export const orphanGuard = new OrphanGuard();
