import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../clock.ts";
import { LineFile } from "./line-file.ts";

/** A line as it was logged, and where. */
export interface LogLine {
  readonly group: string;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly message: string;
}

/** CloudWatch Logs, as files: `<folder>/<group>.log`, a line for each event. Without a folder nothing is kept. */
export class LogGroups {
  readonly #folder: string | undefined;
  readonly #clock: Clock;
  readonly #onDiskFault: (error: unknown) => void;
  readonly #listeners = new Set<(line: LogLine) => void>();
  readonly #groups = new Map<string, string>();
  readonly #files = new Map<string, LineFile>();
  /** By path: lines that are written in one piece at the end of this turn of the event loop. */
  readonly #unwritten = new Map<string, string[]>();
  #isClosed = false;

  /** @param onDiskFault called for each line that could not be written, and is lost. */
  constructor(folder: string | undefined, clock: Clock, onDiskFault: (error: unknown) => void = () => undefined) {
    this.#folder = folder;
    this.#clock = clock;
    this.#onDiskFault = onDiskFault;
    if (folder !== undefined) mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** Declares a group; what is logged to one that is not declared is refused, as a role without CreateLogGroup would find. */
  declare(group: string): void {
    this.#groups.set(group, `${group.replace(/^\//, "").replaceAll("/", "-")}.log`);
  }

  append(group: string, message: string): void {
    const file = this.#groups.get(group);
    if (file === undefined) throw new Error(`There is no log group ${group}.`);
    if (this.#isClosed) return; // the last lines of a function that was stopped
    if (this.#folder !== undefined) this.#write(join(this.#folder, file), message);
    const line = { group, timestamp: this.#clock.now(), message };
    for (const listener of this.#listeners) listener(line);
  }

  onLine(listener: (line: LogLine) => void): void {
    this.#listeners.add(listener);
  }

  /** From here on nothing is written. Safe twice. */
  close(): void {
    this.#flush();
    this.#isClosed = true;
    for (const file of this.#files.values()) file.close();
    this.#files.clear();
  }

  #write(path: string, message: string): void {
    if (this.#unwritten.size === 0) setImmediate(() => this.#flush());
    const lines = this.#unwritten.get(path);
    if (lines === undefined) this.#unwritten.set(path, [message]);
    else lines.push(message);
  }

  #flush(): void {
    for (const [path, lines] of this.#unwritten) this.#writeNow(path, lines.join("\n"));
    this.#unwritten.clear();
  }

  /** The caller has continued when lines are lost, as with CloudWatch. */
  #writeNow(path: string, lines: string): void {
    try {
      const file = this.#files.get(path) ?? new LineFile(path);
      this.#files.set(path, file);
      file.append(lines);
    } catch (error) {
      this.#onDiskFault(error);
    }
  }
}
