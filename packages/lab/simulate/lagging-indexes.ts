import type { Job } from "../../../functions/jobs/job.ts";
import type { Chance } from "./chance.ts";
import type { Faults } from "./faults.ts";
import type { Fields } from "./tables.ts";
import type { Timeline } from "./timeline.ts";

type Entry = Pick<Job, "jobId" | "openShard" | "dueAt" | "owner" | "creationId">;

/** The indexes of the jobs table, which have a change some time after the record. */
export class LaggingIndexes {
  readonly #timeline: Timeline;
  readonly #chance: Chance;
  readonly #faults: Faults;
  readonly #entries = new Map<string, Entry>();
  /** When the latest change of a record arrives: none overtakes another. */
  readonly #arrivals = new Map<string, number>();

  constructor(timeline: Timeline, chance: Chance, faults: Faults) {
    this.#timeline = timeline;
    this.#chance = chance;
    this.#faults = faults;
  }

  changed(jobId: string, job: Job | undefined): void {
    const name = this.#chance.nth(`index of ${jobId}`);
    const lag = this.#faults.happens("index lag", "dynamodb:Query", name)
      ? this.#chance.between(500, 60_000, name)
      : this.#chance.between(5, 60, name);
    const now = this.#timeline.now();
    const arrival = Math.max(now + lag, this.#arrivals.get(jobId) ?? 0);
    this.#arrivals.set(jobId, arrival);
    this.#timeline.after(
      arrival - now,
      () => {
        if (job === undefined) this.#entries.delete(jobId);
        else this.#entries.set(jobId, job);
      },
      "index",
    );
  }

  /** Puts what the index has into the answer to a query of it. */
  answer(input: Fields, output: Record<string, unknown>): void {
    const values = input["ExpressionAttributeValues"] as Fields;
    const limit = Number(input["Limit"] ?? Number.POSITIVE_INFINITY);
    const found = [...this.#entries.values()].filter(input["IndexName"] === "open-jobs" ? isDue(values) : isOfOwner(values));
    found.sort(
      input["IndexName"] === "open-jobs"
        ? (a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0)
        : (a, b) => ((a.creationId ?? "") < (b.creationId ?? "") ? 1 : -1),
    );
    output["Items"] = found.slice(0, limit).map(({ jobId, creationId }) => ({ jobId, creationId }));
    if (found.length > limit) output["LastEvaluatedKey"] = found[limit - 1];
    else delete output["LastEvaluatedKey"];
  }
}

const isDue =
  (values: Fields) =>
  ({ openShard, dueAt }: Entry): boolean =>
    openShard === values[":shard"] && dueAt !== undefined && dueAt <= Number(values[":now"]);

const isOfOwner =
  (values: Fields) =>
  ({ owner, creationId }: Entry): boolean =>
    owner === values[":owner"] && creationId !== undefined && (values[":after"] === undefined || creationId < String(values[":after"]));
