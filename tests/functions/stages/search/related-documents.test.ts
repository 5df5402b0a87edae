import { beforeEach, describe, expect, test } from "vitest";
import { documentTerms, queryTerms } from "../../../../functions/stages/search/document-vector.ts";
import { RelatedDocuments } from "../../../../functions/stages/search/related-documents.ts";
import type { StageJob } from "../../../../functions/stages/stage-function.ts";
import { MemoryPostings } from "./memory-postings.ts";

const now = 1_800_000_000;
const glacier = documentTerms("The glacier melts: ice, meltwater and moraines. Glaciologists measure the glacier.");
const moraine = documentTerms("Moraines tell glaciologists where a glacier was, and how much ice.");
/** Lacks the term that stands first in `glacier`, so that it is met only after what has it. */
const remade = documentTerms("Moraines tell glaciologists of meltwater and ice, and of the sea.");
const violin = documentTerms("A violin maker varnishes violins of spruce and maple.");

const job = (jobId: string, fields: Partial<StageJob> = {}): StageJob => ({
  owner: "public",
  jobId,
  generation: "g1",
  createdAt: now - 100,
  expiresAt: now + 86_400,
  ...fields,
});

let store: MemoryPostings;
let related: RelatedDocuments;
beforeEach(() => {
  store = new MemoryPostings();
  related = new RelatedDocuments(store, () => now);
});

const idsFound = async (as: StageJob) => (await related.find(as, glacier)).documents.map(({ jobId }) => jobId);

describe("RelatedDocuments", () => {
  test("finds what was posted before and shares terms, and nothing else", async () => {
    await related.post(job("moraine"), moraine);
    await related.post(job("violin"), violin);

    const { found, documents } = await related.find(job("glacier"), glacier);

    expect(found).toBe(1);
    expect(documents.map(({ jobId }) => jobId)).toEqual(["moraine"]);
  });

  test("never finds the job itself, in any generation", async () => {
    await related.post(job("glacier"), glacier);
    await related.post(job("glacier", { generation: "g0", createdAt: now - 200 }), glacier);

    expect(await idsFound(job("glacier"))).toEqual([]);
  });

  test("never finds another owner's documents", async () => {
    await related.post(job("theirs", { owner: "someone" }), glacier);

    expect(await idsFound(job("mine", { owner: "public" }))).toEqual([]);
    expect(await idsFound(job("mine", { owner: "someone" }))).toEqual(["theirs"]);
  });

  test("does not count an expired posting that is still stored", async () => {
    await related.post(job("over", { expiresAt: now }), glacier);
    await related.post(job("still", { expiresAt: now + 1 }), glacier);

    expect(await idsFound(job("new"))).toEqual(["still"]);
  });

  test("counts a job that was deleted and created again once, by its later document", async () => {
    await related.post(job("twice", { generation: "g2", createdAt: now - 50 }), remade);
    await related.post(job("twice", { generation: "g1", createdAt: now - 100 }), glacier);

    const { found, documents } = await related.find(job("new"), glacier);

    expect(found).toBe(1);
    expect(documents[0]?.similarity).toBeLessThan(1);
  });

  test("counts the greater generation where two were created in one second", async () => {
    await related.post(job("twice", { generation: "g2" }), remade);
    await related.post(job("twice", { generation: "g1" }), glacier);

    expect((await related.find(job("new"), glacier)).documents[0]?.similarity).toBeLessThan(1);
  });

  test("changes nothing when it is done again", async () => {
    await related.post(job("glacier"), glacier);
    const before = [...store.postings];
    const first = await related.find(job("new"), moraine);

    await related.post(job("glacier"), glacier);

    expect([...store.postings]).toEqual(before);
    expect(await related.find(job("new"), moraine)).toEqual(first);
  });

  test("posts under the strongest terms and says which, and removes by them what it posted", async () => {
    const limited = new RelatedDocuments(store, () => now, { postedTerms: 2, queriedTerms: 3, postingsPerTerm: 7 });
    await limited.post(job("other"), glacier);

    const terms = await limited.post(job("glacier"), glacier);
    const posted = [...store.postings.values()].filter(({ jobId }) => jobId === "glacier");
    await limited.remove(job("glacier"), terms);

    expect(terms).toEqual(glacier.strongest.slice(0, 2));
    expect(posted.map(({ term, vector, expiresAt }) => ({ term, vector, expiresAt }))).toEqual(
      terms.map((term) => ({ term, vector: glacier.vector, expiresAt: now + 86_400 })),
    );
    expect([...store.postings.values()].map(({ jobId }) => jobId)).toEqual(["other", "other"]);
  });

  test("reads so many of the newest postings of so many of the strongest terms", async () => {
    const limited = new RelatedDocuments(store, () => now, { postedTerms: 2, queriedTerms: 3, postingsPerTerm: 7 });

    await limited.find(job("new"), glacier);

    expect(store.queries).toEqual(glacier.strongest.slice(0, 3).map((term) => `${term} 7`));
  });

  test("by default posts under 8 terms and looks under 12", async () => {
    const long = documentTerms("violin harbour glacier comet zebra telescope moraine spruce maple varnish meltwater cello trumpet walrus");

    const terms = await related.post(job("long"), long);
    await related.find(job("other"), long);

    expect(terms).toHaveLength(8);
    expect(store.queries).toHaveLength(12);
  });

  test("has nothing to look for, post or remove for a document without terms", async () => {
    const nothing = documentTerms("…");

    expect(await related.find(job("nothing"), nothing)).toEqual({ found: 0, documents: [] });
    expect(await related.post(job("nothing"), nothing)).toEqual([]);
    await related.remove(job("nothing"), []);
  });

  test("matches a query with what is posted under one of its terms, of one owner, in its time, each job once", async () => {
    await related.post(job("moraine"), moraine);
    await related.post(job("violin"), violin);
    await related.post(job("theirs", { owner: "someone" }), moraine);
    await related.post(job("over", { expiresAt: now }), moraine);
    await related.post(job("moraine", { generation: "g0", createdAt: now - 200 }), moraine);

    const found = await related.match("public", queryTerms("glaciers and moraines"));

    expect(found.map(({ jobId }) => jobId)).toEqual(["moraine"]);
  });

  test("reads for a query no more than for a document, each term once, the likelier reading's first", async () => {
    const limited = new RelatedDocuments(store, () => now, { postedTerms: 2, queriedTerms: 4, postingsPerTerm: 7 });

    await limited.match("public", queryTerms("comet facture violins"));
    await limited.match("public", queryTerms("la facture est dans la voiture"));

    expect(store.queries.slice(0, 4)).toEqual(["factur 7", "comet 7", "violin 7", "facture 7"]);
    expect(store.queries.slice(4, 6)).toEqual(["facture 7", "voiture 7"]);
    expect(store.queries).toHaveLength(8);
  });
});
