import { deletionBegun, type Job } from "../../../functions/jobs/job.ts";
import type { Account } from "../../local/account/account.ts";
import type { ApiAnswer, ApiRequest, SimulatedApi } from "./api.ts";
import { Chance } from "./chance.ts";
import { canaryMark, type Promises, type SentDocument } from "./promises.ts";
import { scanOf } from "./stand-in-reader.ts";
import type { Timeline } from "./timeline.ts";

export interface PopulationOptions {
  readonly api: SimulatedApi;
  readonly account: Account;
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly promises: Promises;
  /** Milliseconds in which clients come. */
  readonly milliseconds: number;
}

interface Client {
  readonly id: string;
  readonly document: SentDocument;
  readonly kind: (typeof kinds)[number];
  readonly key: string | undefined;
  /** When the last request was sent that has no answer and may still be carried out. */
  unansweredAt: number;
  isDeleting: boolean;
}

const kinds = ["text", "text", "text", "long text", "plain text", "scan", "scan", "long scan", "upload", "long upload"] as const;
const owners = ["AIDAANNA", "AIDABEN"] as const;
/** Of few words: a document is looked for by each of them. */
const sentences = [
  "A glacier.",
  "My orchestra.",
  "Our parcel.",
  "No lighthouse.",
  "The bakery.",
  "A moraine.",
  "An awful hotel.",
  "A violin.",
] as const;

/** Decides what is in the documents, for all seeds alike: what a text leads to is computed once in a process. */
const contents = new Chance(0);

/** Longer than any request may still be carried out that its sender has given up. */
const lateMilliseconds = 60_000;

/** Documents that are searched for in the end. */
const searchedFor = 3;

/** From 50 to 200; over 100 in one run of twenty: more seeds find more than more clients do. */
const clientCount = (chance: Chance): number => 50 + Math.floor(150 * chance.number("clients") ** 24);

/** Seldom more pages than a document has parts at most: each costs some five calls. */
const pagesOf = (kind: Client["kind"], number: number): number =>
  kind.startsWith("long") ? 3 + Math.floor(7 * number ** 4) : 1 + Math.floor(3 * number ** 2);

/** The clients of a run, each with one document. */
export class Population {
  readonly ids: readonly string[];
  readonly #options: PopulationOptions;
  #alive = 0;

  constructor(options: PopulationOptions) {
    this.#options = options;
    this.ids = Array.from({ length: clientCount(options.chance) }, (_, at) => `c${at + 1}`);
  }

  get areGone(): boolean {
    return this.#alive === 0;
  }

  start(without: ReadonlySet<string>): void {
    const { timeline, chance, milliseconds } = this.#options;
    for (const id of this.ids) {
      if (without.has(id)) continue;
      this.#alive++;
      const live = () => void this.#live(this.#client(id)).finally(() => this.#alive--);
      timeline.after(chance.between(0, milliseconds, `${id} comes`), live, id);
    }
  }

  /** @param other than empty for another document of the same client, of the same kind and under the same key. */
  #client(id: string, other = ""): Client {
    const { chance } = this.#options;
    const kind = chance.of(kinds, `${id} kind`);
    const canary = canaryMark + contents.hex(5, `${id} canary${other}`).replace(/\d/g, (digit) => "ghijklmnop"[Number(digit)] as string);
    const sentence = (page: number) => `${canary} ${contents.of(sentences, `${id} page ${page}${other}`)}`;
    const isPaged = kind.endsWith("scan") || kind.endsWith("upload");
    const pageCount = isPaged ? pagesOf(kind, contents.number(`${id} pages`)) : 1;
    const long = kind.startsWith("long") ? ` ${canary} ${sentences.join(` ${canary} `)}`.repeat(2) : "";
    const pages = Array.from({ length: pageCount }, (_, page) => sentence(page) + (page === 0 ? long : ""));
    const key = chance.happens(0.7, `${id} has a key`) ? `key-${chance.hex(10, `${id} key`)}` : undefined;
    return { id, kind, key, document: { owner: chance.of(owners, `${id} owner`), canary, pages }, unansweredAt: 0, isDeleting: false };
  }

  async #live(client: Client): Promise<void> {
    const { chance } = this.#options;
    const { id } = client;
    const body = client.kind.endsWith("upload") ? await this.#upload(client) : bodyOf(client);
    if (body === undefined) return;
    const [jobId, rival] = await Promise.all([this.#submit(client, body), this.#rival(client, body)]);
    if (jobId === undefined) return;
    if (rival !== undefined && rival !== jobId)
      this.#options.promises.fail("upload-two-jobs", `An upload became another job: ${rival}.`, jobId);
    client.isDeleting = chance.happens(0.4, `${id} deletes`);
    await Promise.all([
      this.#watch(client, jobId, `${id}.watch`),
      chance.happens(0.4, `${id} repeats`) && this.#repeat(client, jobId, body),
      chance.happens(0.2, `${id} is disturbed`) && this.#disturb(client, jobId),
      client.isDeleting && this.#delete(client, jobId),
    ]);
  }

  /** Lists all jobs of each owner, and searches for some that are done: called when all is quiet. */
  async inspect(records: Iterable<Job>): Promise<void> {
    const { api, promises } = this.#options;
    for (const owner of owners) {
      const jobIds: string[] = [];
      let cursor: string | undefined;
      do {
        const answer = await api.request({ owner, route: "GET /jobs", query: { limit: "100", ...(cursor !== undefined && { cursor }) } });
        const page = JSON.parse(answer?.text ?? "{}") as { jobs: { jobId: string }[]; cursor?: string };
        jobIds.push(...page.jobs.map(({ jobId }) => jobId));
        cursor = page.cursor;
      } while (cursor !== undefined);
      promises.listed(owner, jobIds);
    }
    const isKnown = ({ jobId, status, deadlineAt }: Job) =>
      status === "DONE" &&
      deadlineAt !== deletionBegun &&
      promises.jobs.get(jobId)?.isSubmittedAgain === undefined &&
      promises.jobs.has(jobId);
    for (const record of [...records].filter(isKnown).slice(0, searchedFor)) await this.#search(record);
  }

  async #search(record: Job): Promise<void> {
    const { api, promises } = this.#options;
    const document = promises.jobs.get(record.jobId)?.document;
    if (document === undefined) return;
    const answer = await api.request({ owner: document.owner, route: "GET /search", query: { q: document.canary } });
    const { documents } = JSON.parse(answer?.text ?? "{}") as { documents: { jobId: string }[] };
    promises.found(
      record,
      documents.map(({ jobId }) => jobId),
    );
  }

  /** @returns the body of the request that makes a job of the upload. */
  async #upload({ id, document: { owner, pages } }: Client): Promise<ApiRequest["body"] | undefined> {
    const { timeline, account } = this.#options;
    const { bytes, type } = scanOf(pages);
    const announced = JSON.stringify({ contentType: type, bytes: bytes.byteLength });
    const answer = await this.#untilAnswered(id, () => ({ owner, route: "POST /uploads", body: announced }));
    if (answer?.status !== 201) return undefined;
    const { url, headers, uploadId } = JSON.parse(answer.text);
    await timeline.sleep(100);
    const { host, pathname, search } = new URL(url);
    const put = await account.handle({ method: "PUT", url: pathname + search, headers: { ...headers, host }, body: Buffer.from(bytes) });
    if (put.status !== 200) this.#options.promises.fail("upload-refused", `An upload was answered ${put.status}: ${put.body}`);
    await timeline.sleep(50);
    return JSON.stringify({ uploadId });
  }

  /** @param deleted the job that the same key had led to. */
  async #submit(client: Client, body: ApiRequest["body"], deleted?: string): Promise<string | undefined> {
    const { promises } = this.#options;
    const answer = await this.#untilAnswered(client.id, () => this.#submission(client, body), client);
    if (answer?.status === 202) {
      const { jobId } = JSON.parse(answer.text);
      promises.accepted(jobId, client.document);
      return jobId;
    }
    const mayBe = answer === undefined || (client.kind.endsWith("upload") && [404, 409].includes(answer.status));
    const meetsOldJob = deleted !== undefined && promises.isBack(deleted) && answer?.status === 422;
    if (!mayBe && !meetsOldJob && answer.status < 500) promises.fail("refused", `A document was answered ${answer.status}: ${answer.text}`);
    return undefined;
  }

  /** Submits an upload under another key at nearly the same time. @returns the job that it became. */
  async #rival({ id, kind, document: { owner } }: Client, body: ApiRequest["body"]): Promise<string | undefined> {
    const { api, chance } = this.#options;
    if (!kind.endsWith("upload") || !chance.happens(0.3, `${id} has a rival`)) return undefined;
    await this.#as(`${id}.rival`, chance.between(0, 300, `${id} rival`));
    const headers = { "content-type": "application/json", "idempotency-key": `rival-of-upload-${id}` };
    const answer = await api.request({ owner, route: "POST /jobs", headers, body: body ?? "" });
    return answer?.status === 202 ? JSON.parse(answer.text).jobId : undefined;
  }

  #submission({ key, kind, document: { owner } }: Client, body: ApiRequest["body"]): ApiRequest {
    const type = kind.endsWith("scan") ? "application/pdf" : kind === "plain text" ? "text/plain" : "application/json";
    return {
      owner,
      route: "POST /jobs",
      headers: { "content-type": type, ...(key !== undefined && { "idempotency-key": key }) },
      body: body ?? "",
    };
  }

  /** Sends a request again until it has an answer that is not a server's error. Without a key a document is sent once. */
  async #untilAnswered(name: string, request: () => ApiRequest, client?: Client): Promise<ApiAnswer | undefined> {
    const { api, timeline, chance } = this.#options;
    const isRepeatable = client === undefined || client.key !== undefined || client.kind.endsWith("upload");
    for (let attempt = 0; attempt < (isRepeatable ? 8 : 1); attempt++) {
      const answer = await api.request(request());
      if (answer !== undefined && answer.status < 500) return answer;
      if (client !== undefined) client.unansweredAt = timeline.now();
      await timeline.sleep(chance.between(500, 8_000, chance.nth(`${name} tries again`)));
    }
    return undefined;
  }

  async #as(actor: string, milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => void this.#options.timeline.after(milliseconds, resolve, actor));
  }

  /** Polls, with the tag of the last answer, until the job has ended or is not there. */
  async #watch({ document: { owner } }: Client, jobId: string, actor: string): Promise<void> {
    const { api, timeline, chance } = this.#options;
    await this.#as(actor, 0);
    const patience = 10 ** chance.between(2.8, 4.6, `${actor} patience`);
    let tag: string | undefined;
    let isFinal = false;
    for (let poll = 0; poll < 15 && !isFinal; poll++) {
      await timeline.sleep(patience * 1.5 ** poll);
      const headers: Record<string, string> = tag === undefined ? {} : { "if-none-match": tag };
      const answer = await api.request({ owner, route: "GET /jobs/{jobId}", jobId, headers });
      if (answer?.status === 404) return;
      if (answer?.status === 200) isFinal = ["DONE", "ERROR"].includes(JSON.parse(answer.text).status);
      tag = answer?.headers["etag"] ?? tag;
    }
    if (chance.happens(0.3, `${actor} reads the text`)) await api.request({ owner, route: "GET /jobs/{jobId}/text", jobId });
    if (chance.happens(0.3, `${actor} looks again`)) {
      await timeline.sleep(chance.between(0, 300_000, `${actor} looks again after`));
      await api.request({ owner, route: "GET /jobs/{jobId}", jobId });
    }
  }

  /** Sends the same again, and another document under the same key. */
  async #repeat(client: Client, jobId: string, body: ApiRequest["body"]): Promise<void> {
    const { chance, promises, api } = this.#options;
    const { id, key, document, kind } = client;
    if (client.isDeleting || (key === undefined && !kind.endsWith("upload"))) return;
    const again = async (at: number) => {
      await this.#as(`${id}.again${at}`, chance.between(0, 30_000, `${id} again ${at}`));
      const answer = await this.#untilAnswered(`${id}.again${at}`, () => this.#submission(client, body), client);
      if (answer === undefined) return;
      const found = answer.status === 202 ? JSON.parse(answer.text).jobId : answer.text;
      if (found !== jobId) promises.fail("repeat-led-elsewhere", `The same again was answered ${answer.status}: ${found}`, jobId);
    };
    const other = async () => {
      await this.#as(`${id}.other`, chance.between(0, 60_000, `${id} other`));
      const otherKey = kind.endsWith("upload") ? `other-${key ?? "key-of-this-one"}` : key;
      const sent = kind.endsWith("upload") ? body : JSON.stringify({ text: `another text under the key of ${document.canary}` });
      const headers = { "content-type": "application/json", ...(otherKey !== undefined && { "idempotency-key": otherKey }) };
      const answer = await api.request({ owner: document.owner, route: "POST /jobs", headers, body: sent ?? "" });
      if (answer?.status === 202)
        promises.fail("key-two-documents", "Another document was accepted under the key, or the upload under another key.", jobId);
    };
    const times = 1 + chance.below(3, `${id} repeats so often`);
    await Promise.all([...Array.from({ length: times }, (_, at) => again(at)), chance.happens(0.3, `${id} sends another`) && other()]);
  }

  /** Another owner looks for the job, and tries to delete it; the owner lists and searches. */
  async #disturb({ id, document: { owner, canary } }: Client, jobId: string): Promise<void> {
    const { api, chance } = this.#options;
    const stranger = owners.find((one) => one !== owner) ?? "";
    await this.#as(`${id}.stranger`, chance.between(0, 60_000, `${id} stranger`));
    await api.request({ owner: stranger, route: "GET /jobs/{jobId}", jobId });
    await api.request({ owner: stranger, route: "DELETE /jobs/{jobId}", jobId });
    await api.request({ owner: stranger, route: "GET /search", query: { q: canary } });
    await api.request({ owner, route: "GET /jobs", query: { limit: "10" } });
  }

  async #delete(client: Client, jobId: string): Promise<void> {
    const { chance, timeline, promises, api } = this.#options;
    const { id, document } = client;
    const { owner } = document;
    await this.#as(`${id}.delete`, 10 ** chance.between(1, 5.2, `${id} deletes after`));
    // A repeat that was given up and is carried out after the deletion would create the job again.
    while (client.unansweredAt + lateMilliseconds > timeline.now()) await timeline.sleep(10_000);
    let lostAt = 0;
    const deletion = await this.#untilDone(async () => {
      promises.deletionSent(jobId);
      const answer = await api.request({ owner, route: "DELETE /jobs/{jobId}", jobId });
      if (answer?.status !== 204) lostAt = timeline.now();
      return answer?.status === 204;
    });
    if (!deletion) return;
    promises.deleted(jobId);
    await api.request({ owner, route: "GET /jobs/{jobId}", jobId });
    if (client.key === undefined || client.kind.endsWith("upload") || !chance.happens(0.6, `${id} submits again`)) return;
    // So would a deletion delete what is created again.
    while (lostAt + lateMilliseconds > timeline.now()) await timeline.sleep(10_000);
    await timeline.sleep(10 ** chance.between(0, 4.3, `${id} submits again after`));
    if (promises.isBack(jobId)) return; // whatever is sent now is sent to the job that came back
    promises.submittedAgain(jobId);
    const again = chance.happens(0.5, `${id} submits another`) ? this.#client(id, "'") : client;
    if ((await this.#submit(again, bodyOf(again), jobId)) !== undefined) await this.#watch(client, jobId, `${id}.watch2`);
  }

  async #untilDone(attempt: () => Promise<boolean>): Promise<boolean> {
    const { timeline, chance } = this.#options;
    for (let count = 0; count < 10; count++) {
      if (await attempt()) return true;
      await timeline.sleep(chance.between(500, 8_000, chance.nth(`${timeline.actor} deletes again`)));
    }
    return false;
  }
}

function bodyOf({ kind, document: { pages } }: Client): ApiRequest["body"] {
  if (kind.endsWith("scan")) return scanOf(pages).bytes;
  return kind === "plain text" ? (pages[0] ?? "") : JSON.stringify({ text: pages[0] });
}
