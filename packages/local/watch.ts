import { type FSWatcher, readdirSync, realpathSync, statSync, watch } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Clock } from "./clock.ts";
import { pause } from "./deadline.ts";
import { forkEvaluator } from "./program/evaluate-program.ts";
import type { StackConfig } from "./program/stack-config.ts";
import type { Runtime } from "./runtime.ts";
import { notSwappedLine, swappedLine } from "./terminal.ts";

/** An editor that saves several files, or one in several steps, is done after this time without a change. */
const quietMilliseconds = 50;

/**
 * Coalesces changes: runs the work once they have paused. A change while it runs leads to one further run, so that the last run has seen
 * the last change.
 *
 * @param work is told when the first of its changes came. It does not reject.
 * @returns what to call at each change.
 */
export function onceQuiet(clock: Clock, work: (since: number) => Promise<void>, signal: AbortSignal): () => void {
  let [changes, isRunning] = [0, false];
  const run = async () => {
    isRunning = true;
    for (let done = 0; done !== changes; ) {
      const since = clock.now();
      for (let seen = -1; seen !== changes; ) {
        seen = changes;
        if (!(await pause(clock, quietMilliseconds, signal))) return;
      }
      done = changes;
      await work(since);
    }
    [changes, isRunning] = [0, false];
  };
  return () => {
    changes++;
    if (!isRunning) void run();
  };
}

/** Of the project's own folder; what a program writes there, such as a log, is none. */
const isSettingOrSource = (name: string): boolean => /^[^.].*\.([cm]?[jt]s|json|ya?ml)$/.test(name);

/** Editors leave other files beside those that they save. */
const isOfEditor = (name: string): boolean => /^[.#]|~$/.test(name);

/**
 * Follows the files of a program: those in the project's folder itself, and all in the folders below it that the program loads modules
 * from. Each folder has a watcher of its own: Node's recursive ones lose a file on Linux that is saved by renaming another one.
 */
export class ProgramFiles {
  readonly #project: string;
  readonly #onChange: () => void;
  /** The folders that are followed with all that is in them. */
  #roots: readonly string[] = [];
  /** By path and inode: a folder that is created again is another one. */
  readonly #watchers = new Map<string, FSWatcher>();

  constructor(project: string, onChange: () => void) {
    this.#project = realpathSync(project);
    this.#onChange = onChange;
  }

  /** @param modules addresses; those of packages do not count. */
  follow(modules: readonly string[]): void {
    const paths = modules.map((address) => relative(this.#project, fileURLToPath(address)));
    const own = paths.filter((path) => !/(^|[\\/])(\.\.?|node_modules)[\\/]/.test(path) && path.includes(sep));
    this.#roots = [...new Set(own.map((path) => join(this.#project, path.split(sep)[0] ?? "")))];
    this.#watch();
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
  }

  #watch(): void {
    const folders = this.#roots.flatMap((root) => [root, ...foldersIn(root)]);
    const found = new Map([this.#project, ...folders].flatMap((folder) => inodeOf(folder).map((inode) => [`${folder} ${inode}`, folder])));
    for (const [key, watcher] of this.#watchers) if (!found.has(key)) this.#close(key, watcher);
    for (const [key, folder] of found) if (!this.#watchers.has(key)) this.#open(key, folder);
  }

  #open(key: string, folder: string): void {
    const watcher = watch(folder, (event, name) => {
      const counts = folder === this.#project ? isSettingOrSource(name ?? "") : !isOfEditor(name ?? "");
      if (!counts) return;
      if (event === "rename") this.#watch(); // a new folder, perhaps
      this.#onChange();
    });
    watcher.on("error", () => this.#close(key, watcher)); // the folder is gone
    this.#watchers.set(key, watcher);
  }

  #close(key: string, watcher: FSWatcher): void {
    watcher.close();
    this.#watchers.delete(key);
  }
}

const inodeOf = (folder: string): readonly number[] => [statSync(folder, { throwIfNoEntry: false })?.ino ?? []].flat();

function foldersIn(root: string): readonly string[] {
  try {
    const entries = readdirSync(root, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name));
  } catch {
    return []; // one of them has just gone; its parent's watcher tells
  }
}

export interface WatchOptions {
  readonly runtime: Runtime;
  /** Reads the settings of the stack, which may have changed, too. */
  readonly readConfig: () => StackConfig;
  /** Called when they are in force. */
  readonly onConfig: (config: StackConfig) => void;
  readonly clock: Clock;
  /** Called once for each time that changes have paused. */
  readonly print: (line: string) => void;
  readonly onFault: (error: unknown) => void;
}

/** Takes over changes of the program that a runtime runs, until it is stopped. A change that does not work is said, and the next one tried. */
export function watchProgram({ runtime, readConfig, onConfig, clock, print, onFault }: WatchOptions): () => void {
  const stopped = new AbortController();
  const { folder } = readConfig();
  // Of other packages, some read variables of the environment that the program sets before.
  const packages = () => runtime.manifest.modules?.filter((address) => address.includes("/node_modules/@pulumi/"));
  let evaluator = forkEvaluator(folder, packages());
  const update = async (since: number) => {
    try {
      if (!evaluator.connected) evaluator = forkEvaluator(folder);
      const config = readConfig();
      const changes = await runtime.update({ config, evaluator });
      onConfig(config);
      if (!stopped.signal.aborted) print(swappedLine(changes, clock.now() - since));
    } catch (error) {
      if (!stopped.signal.aborted) print(notSwappedLine(error));
    }
    evaluator.kill();
    if (stopped.signal.aborted) return;
    evaluator = forkEvaluator(folder, packages());
    files.follow(runtime.manifest.modules ?? []);
    runtime.warmUp().catch(onFault);
  };
  const files = new ProgramFiles(folder, onceQuiet(clock, update, stopped.signal));
  files.follow(runtime.manifest.modules ?? []);
  return () => {
    stopped.abort();
    files.close();
    evaluator.kill();
  };
}
