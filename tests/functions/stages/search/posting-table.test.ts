import { createLocalAws } from "@async-text-processing/local/testing";
import { BatchWriteCommand, type DynamoDBDocumentClient, PutCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { documentTerms } from "../../../../functions/stages/search/document-vector.ts";
import type { Posting, PostingStore } from "../../../../functions/stages/search/posting-store.ts";
import { PostingTable } from "../../../../functions/stages/search/posting-table.ts";
import { RelatedDocuments } from "../../../../functions/stages/search/related-documents.ts";
import { MemoryPostings } from "./memory-postings.ts";

const tableName = "postings";
const vector = Uint8Array.of(0, 0, 0, 1, 255);
const posting = (fields: Partial<Posting> = {}): Posting => ({
  owner: "public",
  term: "glacier",
  jobId: "f47ac10b-58cc-4372-a567-0e02b2c3d479",
  generation: "g1",
  createdAt: 1_709_000_000,
  expiresAt: 1_709_600_000,
  vector,
  ...fields,
});

let documents: DynamoDBDocumentClient;
let table: PostingTable;
beforeEach(async () => {
  const declaration = {
    TableName: tableName,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: ["ownerTerm", "place"].map((name) => ({ AttributeName: name, AttributeType: "S" })),
    KeySchema: [
      { AttributeName: "ownerTerm", KeyType: "HASH" },
      { AttributeName: "place", KeyType: "RANGE" },
    ],
  };
  ({ documents } = await createLocalAws({ tables: [declaration] }));
  table = new PostingTable(documents, tableName);
});

const itemsHeld = async () => (await documents.send(new ScanCommand({ TableName: tableName }))).Items ?? [];

async function clear(): Promise<void> {
  for (const { ownerTerm, place } of await itemsHeld()) {
    const Key = { ownerTerm, place };
    await documents.send(new BatchWriteCommand({ RequestItems: { [tableName]: [{ DeleteRequest: { Key } }] } }));
  }
}

/** The client of a table that writes only so many items of each batch and hands back the others. */
function throttled(itemsPerBatch: number, batches: number[] = []): DynamoDBDocumentClient {
  const client: DynamoDBDocumentClient = Object.create(documents);
  const send = async (command: BatchWriteCommand) => {
    const requests = command.input.RequestItems?.[tableName];
    if (requests === undefined) return documents.send(command);
    batches.push(requests.length);
    const written = requests.slice(0, itemsPerBatch);
    if (written.length > 0) await documents.send(new BatchWriteCommand({ RequestItems: { [tableName]: written } }));
    const left = requests.slice(itemsPerBatch);
    return { UnprocessedItems: left.length > 0 ? { [tableName]: left } : {} };
  };
  return Object.assign(client, { send });
}

test("reads back what it wrote, newest first and no more than asked for", async () => {
  const postings = [9, 1_709_000_000, 1_709_000_001].map((createdAt) => posting({ createdAt }));
  await table.write(postings);

  expect(await table.newest("public", "glacier", 10)).toEqual(postings.toReversed());
  expect(await table.newest("public", "glacier", 1)).toEqual(postings.slice(2));
});

test("keeps owners and terms apart, for any name of the owner", async () => {
  await table.write([posting({ owner: "a#b", term: "c" }), posting({ owner: "a", term: "d" })]);

  expect(await table.newest("a", "b#c", 10)).toHaveLength(1); // no term holds a #, so no query can be for that
  expect(await table.newest("a", "c", 10)).toEqual([]);
  expect(await table.newest("a#b", "d", 10)).toEqual([]);
  expect(await table.newest("a#b", "c", 10)).toHaveLength(1);
});

test("writes items that cost one write unit each, the longest too", async () => {
  const longest = posting({ term: "\u{20000}".repeat(20), vector: new Uint8Array(160) });
  await table.write([longest]);

  const [item] = await itemsHeld();
  const again = await documents.send(new PutCommand({ TableName: tableName, Item: item, ReturnConsumedCapacity: "TOTAL" }));

  expect(item).toEqual({
    ownerTerm: `public#${"\u{20000}".repeat(20)}`,
    place: "001709000000#f47ac10b-58cc-4372-a567-0e02b2c3d479#g1",
    vector: new Uint8Array(160),
    expiresAt: 1_709_600_000,
  });
  expect(again.ConsumedCapacity?.CapacityUnits).toBe(1);
});

test("writes and deletes a posting twice with the effect of once", async () => {
  const other = posting({ generation: "g2" });
  await table.write([posting(), other]);

  await table.write([posting()]);
  const writtenTwice = await itemsHeld();
  await table.delete([posting()]);
  await table.delete([posting()]);

  expect(writtenTwice).toHaveLength(2);
  expect(await table.newest("public", "glacier", 10)).toEqual([other]);
});

test("writes more than DynamoDB takes at once", async () => {
  const batches: number[] = [];
  const postings = Array.from({ length: 60 }, (_, createdAt) => posting({ createdAt }));

  await new PostingTable(throttled(25, batches), tableName).write(postings);

  expect(batches).toEqual([25, 25, 10]);
  expect(await itemsHeld()).toHaveLength(60);
});

test("sends again what DynamoDB left, after growing waits", async () => {
  const batches: number[] = [];
  const waits: number[] = [];
  const slow = new PostingTable(throttled(3, batches), tableName, async (milliseconds) => waits.push(milliseconds));

  await slow.write(Array.from({ length: 8 }, (_, createdAt) => posting({ createdAt })));

  expect(batches).toEqual([8, 5, 2]);
  expect(waits).toEqual([50, 100]);
  expect(await itemsHeld()).toHaveLength(8);
});

test("gives up after six attempts, with an error that quotes nothing", async () => {
  const waits: number[] = [];
  const stuck = new PostingTable(throttled(0), tableName, async (milliseconds) => waits.push(milliseconds));

  await expect(stuck.write([posting()])).rejects.toThrow("DynamoDB left 1 postings unwritten in 6 attempts.");
  await expect(stuck.delete([posting()])).rejects.toThrow("DynamoDB left 1 postings unwritten in 6 attempts.");

  expect(waits).toEqual([50, 100, 200, 400, 800, 50, 100, 200, 400, 800]);
});

test("makes no call for an empty list", async () => {
  const batches: number[] = [];

  await new PostingTable(throttled(25, batches), tableName).write([]);

  expect(batches).toEqual([]);
});

test("gives the same answers as a store in memory, however DynamoDB takes the batches", async () => {
  const words = fc.constantFrom("violin", "harbour", "glacier", "comet", "zebra", "telescope", "moraine", "spruce", "maple");
  const texts = fc.array(fc.array(words, { minLength: 3, maxLength: 9 }), { minLength: 2, maxLength: 6 });
  await fc.assert(
    fc
      .asyncProperty(texts, fc.integer({ min: 2, max: 25 }), async (held, itemsPerBatch) => {
        const slow = new PostingTable(throttled(itemsPerBatch), tableName, async () => {});

        expect(await answersOf(slow, held)).toEqual(await answersOf(new MemoryPostings(), held));
      })
      .afterEach(clear),
    { numRuns: 15 },
  );
});

async function answersOf(store: PostingStore, texts: readonly string[][]) {
  const related = new RelatedDocuments(store, () => 0, { postedTerms: 6, queriedTerms: 8, postingsPerTerm: 4 });
  const answers = [];
  for (const [index, words] of texts.entries()) {
    const job = { owner: "public", jobId: `job-${index}`, generation: "g", createdAt: index, expiresAt: 1 };
    const document = documentTerms(words.join(" "));
    answers.push(await related.find(job, document), await related.post(job, document));
  }
  return answers;
}
