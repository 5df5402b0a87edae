import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

/** An execution as it was started. */
export interface StartedExecution {
  readonly stateMachineArn: string;
  readonly executionArn: string;
  readonly name: string;
  /** JSON. */
  readonly input: string;
}

type Entry = { readonly started: StartedExecution } | { readonly ended: string };

/**
 * Remembers which executions have been started and not ended, so that they start again after a crash: at least once, as
 * Express promises. An entry has reached the operating system when the call returns. Without a file nothing outlives the
 * process.
 */
export class ExecutionJournal {
  readonly #file: string | undefined;
  readonly #open = new Map<string, StartedExecution>();

  /** @throws Error of one sentence for a journal that cannot be read. */
  constructor(file?: string) {
    this.#file = file;
    if (file === undefined || !existsSync(file)) return;
    const lines = readFileSync(file, "utf8").split("\n");
    // What follows the last line end is an entry that was cut off in the writing: its caller has had no answer.
    for (const line of lines.slice(0, -1)) this.#apply(entryOf(line, file));
    this.#compact(file);
  }

  /** Executions that have not ended, in the order of their start. */
  get open(): readonly StartedExecution[] {
    return [...this.#open.values()];
  }

  started(execution: StartedExecution): void {
    this.#write({ started: execution });
  }

  ended(executionArn: string): void {
    this.#write({ ended: executionArn });
  }

  #write(entry: Entry): void {
    this.#apply(entry);
    if (this.#file !== undefined) appendFileSync(this.#file, `${JSON.stringify(entry)}\n`);
  }

  #apply(entry: Entry): void {
    if ("started" in entry) this.#open.set(entry.started.executionArn, entry.started);
    else this.#open.delete(entry.ended);
  }

  #compact(file: string): void {
    const entries = this.open.map((started) => `${JSON.stringify({ started })}\n`);
    writeFileSync(`${file}.new`, entries.join(""));
    renameSync(`${file}.new`, file);
  }
}

function entryOf(line: string, file: string): Entry {
  try {
    return JSON.parse(line);
  } catch {
    throw new Error(`The journal of executions ${file} is damaged; move it away, and the sweeper ends what was under way.`);
  }
}
