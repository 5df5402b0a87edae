import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "./clock.ts";

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
  readonly #listeners = new Set<(line: LogLine) => void>();
  readonly #groups = new Map<string, string>();

  constructor(folder: string | undefined, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
    if (folder !== undefined) mkdirSync(folder, { recursive: true });
  }

  /** Declares a group; what is logged to one that is not declared is refused, as a role without CreateLogGroup would find. */
  declare(group: string): void {
    this.#groups.set(group, `${group.replace(/^\//, "").replaceAll("/", "-")}.log`);
  }

  append(group: string, message: string): void {
    const file = this.#groups.get(group);
    if (file === undefined) throw new Error(`There is no log group ${group}.`);
    const line = { group, timestamp: this.#clock.now(), message };
    if (this.#folder !== undefined) appendFileSync(join(this.#folder, file), `${message}\n`);
    for (const listener of this.#listeners) listener(line);
  }

  onLine(listener: (line: LogLine) => void): void {
    this.#listeners.add(listener);
  }
}
