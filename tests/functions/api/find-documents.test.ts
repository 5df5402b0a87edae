import { beforeEach, describe, expect, test } from "vitest";
import { findDocumentsRoute } from "../../../functions/api/find-documents.ts";
import { createHttpHandler } from "../../../functions/api/http.ts";
import { documentTerms } from "../../../functions/stages/search/document-vector.ts";
import { RelatedDocuments } from "../../../functions/stages/search/related-documents.ts";
import { problem } from "../../support/answers.ts";
import { httpEvent } from "../../support/http-event.ts";
import { MemoryPostings } from "../stages/search/memory-postings.ts";

const now = 1_800_000_000;
let store: MemoryPostings;
let post: (jobId: string, text: string, owner?: string) => Promise<unknown>;
let search: (q?: string) => Promise<{ status: number | undefined; body: unknown }>;
beforeEach(() => {
  store = new MemoryPostings();
  const related = new RelatedDocuments(store, () => now);
  post = (jobId, text, owner = "public") =>
    related.post({ owner, jobId, generation: "g1", createdAt: now - 100, expiresAt: now + 86_400 }, documentTerms(text));
  const handler = createHttpHandler(findDocumentsRoute(related), console);
  search = async (q) => {
    const { statusCode, body } = await handler(httpEvent(q === undefined ? {} : { queryStringParameters: { q } }));
    return { status: statusCode, body: JSON.parse(String(body)) };
  };
});

const idsFor = async (q: string) => ((await search(q)).body as { documents: { jobId: string }[] }).documents.map(({ jobId }) => jobId);

test("the documents that match are answered best first, each with its job and its similarity", async () => {
  await post("map", "A map of glaciers, rivers, harbours and lighthouses.");
  await post("violin", "A violin maker varnishes violins of spruce.");
  await post("glacier", "The glacier melts, and moraines stay behind.");

  const documents = [
    { jobId: "glacier", similarity: 0.93 },
    { jobId: "map", similarity: 0.92 },
  ];
  expect(await search("Glaciers?")).toEqual({ status: 200, body: { documents } });
});

test("an empty list says that no document is found by these words, common ones among them", async () => {
  await post("glacier", "The glacier melts, and people watch.");

  expect(await search("trombone")).toEqual({ status: 200, body: { documents: [] } });
  expect(await search("people")).toEqual({ status: 200, body: { documents: [] } });
});

test("a word of any language is found, whatever it means in another, and an acronym in small letters", async () => {
  await post("french", "La voiture est dans le garage avec les bicyclettes.");
  await post("english", "The computers of the voyage were computing.");
  await post("acronym", "An AI wrote the sonnet of the war.");

  const found = await Promise.all(["voiture", "les voitures", "computer", "ai", "war"].map(idsFor));

  expect(found).toEqual([["french"], [], ["english"], ["acronym"], ["acronym"]]); // German `war` is a stop word
});

test("another owner's documents are not found", async () => {
  await post("theirs", "The glacier melts.", "someone");

  expect(await idsFor("glacier")).toEqual([]);
});

describe("is refused with a sentence that says what to do:", () => {
  const required = "Parameter 'q' is required and must not be empty. Send words to search for, as in /search?q=glacier+ice.";
  const wordless = "Parameter 'q' has only stop words, numbers or punctuation. Send a word that the documents are about.";
  test.each([
    ["no query", undefined, required],
    ["an empty one", " \n", required],
    ["stop words", "what is the", wordless],
    ["numbers and signs", "20417 & 😀", wordless],
    ["1,001 characters", ` ${"ä".repeat(1_001)} `, "Parameter 'q' has 1001 characters; the limit is 1000. Send fewer words."],
  ])("%s", async (_, q, sentence) => {
    const { status, body } = await search(q);

    expect([status, body]).toEqual([400, problem(400, "Bad Request", "InvalidQuery", sentence)]);
    expect(store.queries).toEqual([]);
  });

  test("1,000 characters, counted as a reader does, are not", async () => {
    expect((await search(`glacier ${"😀".repeat(992)}`)).status).toBe(200);
  });
});
