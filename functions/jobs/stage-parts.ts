import { interruptions, StageFailedError, StageUnfinishedError } from "../stages/errors.ts";
import type { Stage } from "../stages/stage.ts";
import type { EndedPart, Part, Plan, StageInParts, StageWork } from "../stages/stage-function.ts";
import type { DocumentStore } from "./document-store.ts";
import type { JobKey } from "./job.ts";

/** What a stage in parts keeps in the bucket until they are joined: names follow from the stage and the piece. */
export class StagePieces {
  readonly #stage: Stage;
  readonly #key: JobKey;
  readonly #documents: DocumentStore;

  constructor(stage: Stage, key: JobKey, documents: DocumentStore) {
    this.#stage = stage;
    this.#key = key;
    this.#documents = documents;
  }

  /**
   * @returns the parts of a plan, which take turns at the pieces: where time runs out, the first pieces of all are done. What is known
   * is saved for the join, unless there is one part only.
   */
  async divide({ pieces, known }: Plan<unknown>): Promise<readonly Part[]> {
    const { max, minPieces } = this.#stage.parts ?? noParts;
    const count = Math.max(1, Math.min(max, Math.ceil(pieces.length / minPieces)));
    const parts = Array.from({ length: count }, (_, part) => ({ pieces: pieces.filter((_, at) => at % count === part) }));
    if (count > 1) await this.#documents.putJson(this.#key, this.#name("known"), known);
    return parts;
  }

  /**
   * Does the pieces of a part that have no outcome yet, and saves each at once. The second attempt leaves the first of them
   * to the end: it may have ended the process, and takes no other with it.
   *
   * @throws {@link StageUnfinishedError} where there was no time for all of them.
   */
  async work(parts: readonly Part[], attempt: number, workOn: (piece: number) => Promise<unknown>): Promise<void> {
    const pieces = piecesOf(parts);
    const done = await this.#outcomesOf(pieces);
    const left = pieces.filter((piece) => !done.has(piece));
    if (attempt > 0) left.push(...left.splice(0, 1));
    for (const piece of left) {
      const outcome = await workOn(piece);
      if (outcome === undefined) throw new StageUnfinishedError();
      await this.#documents.putJson(this.#key, this.#name(piece), outcome);
    }
  }

  async join(parts: readonly EndedPart[], { join }: Pick<StageInParts<Stage>, "join">): Promise<StageWork<Stage>> {
    const [known, done] = await Promise.all([this.#documents.findJson(this.#key, this.#name("known")), this.#outcomesOf(piecesOf(parts))]);
    if (known === undefined) throw new StageFailedError(); // another execution has joined them meanwhile
    const outcomes = parts.flatMap(({ pieces, error }) =>
      pieces.map((piece) => [piece, done.get(piece) ?? { lost: this.#reasonOf(error) }] as const),
    );
    return join(known, new Map(outcomes));
  }

  /** Removes what is kept for parts. */
  async remove(parts: readonly Part[]): Promise<void> {
    await this.#documents.discard(this.#key, this.#name("known"), ...piecesOf(parts).map((piece) => this.#name(piece)));
  }

  /** The name that a job's record would have for a part's error. */
  #reasonOf(error: string | undefined): string {
    const interruption = Object.values(interruptions).find(({ names }) => names.some((name) => name === error));
    const known = [StageUnfinishedError, ...this.#stage.errors].find(({ kind }) => kind.name === error);
    return (interruption?.error ?? known ?? StageFailedError).kind.name;
  }

  async #outcomesOf(pieces: readonly number[]): Promise<Map<number, unknown>> {
    const found = new Map<number, unknown>();
    const queue = pieces.values();
    const read = async () => {
      for (const piece of queue) {
        const outcome = await this.#documents.findJson(this.#key, this.#name(piece));
        if (outcome !== undefined) found.set(piece, outcome);
      }
    };
    await Promise.all(Array.from({ length: readers }, read));
    return found;
  }

  #name(piece: number | "known"): string {
    return `${this.#stage.name}-${piece}`;
  }
}

/** Outcomes that are read at the same time. */
const readers = 16;

const piecesOf = (parts: readonly Part[]): readonly number[] => parts.flatMap(({ pieces }) => pieces);

/** All of the work is one part. */
const noParts = { max: 1, minPieces: Number.POSITIVE_INFINITY } as const;
