import { createHash, randomUUID } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { JobDocument } from "./documents.ts";
import { jsonIn } from "./json.ts";

/** The part of a document's submission that an earlier run has done. */
export interface Submitted {
  readonly jobId?: string | undefined;
  /** Of an upload that is complete. */
  readonly uploadId?: string | undefined;
}

const entry = z.object({ key: z.string(), jobId: z.string().optional(), uploadId: z.string().optional() });
const head = z.object({ run: z.string() });

/**
 * A file with the submissions of a run of several documents, so that the same command with `--resume` continues it. Each line is
 * written at once, since the process may end at any time. It names no document and holds nothing of any.
 */
export class RunJournal {
  readonly #file: string;
  readonly #run: string;
  readonly #submitted = new Map<string, Submitted>();

  private constructor(file: string, run: string) {
    this.#file = file;
    this.#run = run;
  }

  /** @param folder where runs are kept, each under a digest of what was called, such as address and arguments. */
  static pathOf(folder: string, call: unknown): string {
    return join(folder, `${createHash("sha256").update(JSON.stringify(call)).digest("hex").slice(0, 32)}.jsonl`);
  }

  static begin(file: string): RunJournal {
    const journal = new RunJournal(file, randomUUID());
    mkdirSync(join(file, ".."), { recursive: true, mode: 0o700 });
    writeFileSync(file, `${JSON.stringify({ run: journal.#run })}\n`, { mode: 0o600 });
    return journal;
  }

  /** @returns nothing where there is no run to continue. */
  static resume(file: string): RunJournal | undefined {
    if (!existsSync(file)) return undefined;
    const [first, ...lines] = readFileSync(file, "utf8").split("\n").map(jsonIn);
    const begun = head.safeParse(first);
    if (!begun.success) return undefined;
    const journal = new RunJournal(file, begun.data.run);
    for (const line of lines) {
      const { data } = entry.safeParse(line); // the last line may be cut off
      if (data !== undefined) journal.#submitted.set(data.key, { ...journal.#submitted.get(data.key), ...data });
    }
    appendFileSync(file, "\n"); // after a line that was cut off
    return journal;
  }

  /** The `Idempotency-Key` of a document: the same in each attempt of this run, so that a repeat leads to the same job. */
  keyOf({ contentType, body }: JobDocument): string {
    return createHash("sha256").update(`${this.#run}\n${contentType}\n`).update(body).digest("base64url");
  }

  submitted(key: string): Submitted {
    return this.#submitted.get(key) ?? {};
  }

  record(key: string, submitted: Submitted): void {
    appendFileSync(this.#file, `${JSON.stringify({ key, ...submitted })}\n`);
  }

  /** Nothing is left to be resumed. */
  end(): void {
    rmSync(this.#file, { force: true });
  }
}
