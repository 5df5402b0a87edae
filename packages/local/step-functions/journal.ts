import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { LineFile } from "../logs/line-file.ts";
import { StartError } from "../start-error.ts";

/** An execution as it was started. */
export interface StartedExecution {
  readonly stateMachineArn: string;
  readonly executionArn: string;
  readonly name: string;
  /** JSON. */
  readonly input: string;
}

type Entry = { readonly started: StartedExecution } | { readonly ended: string };

/** Below it the file is left to grow; above, it is rewritten each time that it has doubled. */
const compactFromBytes = 1024 * 1024;

/**
 * Remembers which executions have been started and not ended, so that they start again after a crash: at least once, as
 * Express promises. An entry has reached the operating system when the call returns: it outlives a kill of this process,
 * though not a power cut. Without a file nothing outlives the process.
 */
export class ExecutionJournal {
  readonly #path: string | undefined;
  readonly #open = new Map<string, StartedExecution>();
  #file: LineFile | undefined;
  #compactAtBytes = 0;

  /** @throws {@link StartError} for a journal that cannot be read or written; it is left as it is. */
  constructor(path?: string) {
    this.#path = path;
    if (path === undefined) return;
    const lines = readLines(path);
    // Text behind the last line end is an entry that was cut off while it was written: its caller has had no answer.
    lines.slice(0, -1).forEach((line, index) => {
      this.#apply(entryOf(line, index + 1, path));
    });
    this.#rewriteAtStart(path);
  }

  /** Executions that have not ended, in the order of their start. */
  get open(): readonly StartedExecution[] {
    return [...this.#open.values()];
  }

  /** @throws the file system's error; the execution has not been started then. */
  started(execution: StartedExecution): void {
    this.#write({ started: execution });
  }

  /**
   * Does nothing for an execution that has ended already.
   *
   * @throws the file system's error. The execution has ended all the same, though a later process may start it again.
   */
  ended(executionArn: string): void {
    if (this.#open.delete(executionArn)) this.#write({ ended: executionArn });
  }

  /** Safe twice. */
  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  #write(entry: Entry): void {
    if (this.#path !== undefined && this.#file === undefined) throw new Error("The journal of executions is closed.");
    this.#file?.append(JSON.stringify(entry));
    this.#apply(entry);
    if (this.#path !== undefined && (this.#file?.bytes ?? 0) > this.#compactAtBytes) this.#compact(this.#path);
  }

  #apply(entry: Entry): void {
    if ("started" in entry) this.#open.set(entry.started.executionArn, entry.started);
    else this.#open.delete(entry.ended);
  }

  #rewriteAtStart(path: string): void {
    try {
      this.#rewrite(path);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new StartError(
        `The journal of executions ${path} cannot be written (${code}); make room, or choose another folder with --data.`,
      );
    }
  }

  /** The entry is written, so a rewriting that fails is no failure of it: the file may grow until the next one. */
  #compact(path: string): void {
    try {
      this.#rewrite(path);
    } catch {
      this.#compactAtBytes *= 2;
    }
  }

  /** Leaves one line for each open execution. A kill leaves either file whole. */
  #rewrite(path: string): void {
    const entries = this.open.map((started) => `${JSON.stringify({ started })}\n`);
    writeFileSync(`${path}.new`, entries.join(""), { mode: 0o600 });
    const file = new LineFile(`${path}.new`);
    renameSync(`${path}.new`, path);
    this.#file?.close();
    this.#file = file;
    this.#compactAtBytes = Math.max(compactFromBytes, 2 * file.bytes);
  }
}

function readLines(path: string): string[] {
  try {
    return existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new StartError(`The journal of executions ${path} cannot be read (${code}); put it right, or choose another folder with --data.`);
  }
}

function entryOf(line: string, number: number, path: string): Entry {
  try {
    const entry = JSON.parse(line);
    if (typeof entry.ended === "string" || isExecution(entry.started)) return entry;
  } catch {
    // Refused below, like any other line that is no entry.
  }
  throw new StartError(
    `Line ${number} of the journal of executions ${path} is damaged; delete that line, or the file, and start again: the sweeper sees to the jobs that were in it.`,
  );
}

function isExecution({ stateMachineArn, executionArn, name, input }: StartedExecution): boolean {
  return [stateMachineArn, executionArn, name, input].every((member) => typeof member === "string");
}
