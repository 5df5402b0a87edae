import { setTimeout as wait } from "node:timers/promises";
import { BatchWriteCommand, type BatchWriteCommandInput, type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { Posting, PostingKey, PostingStore } from "./posting-store.ts";

type WriteRequest = NonNullable<BatchWriteCommandInput["RequestItems"]>[string][number];

/** The maximum number of requests in one call. */
const maxBatch = 25;
/** With waits of 50 ms, doubled each time, in between: 1.5 s in all. */
const maxAttempts = 6;
const firstWaitMilliseconds = 50;

/**
 * The postings in DynamoDB. Partition key `ownerTerm`: owner and term; sort key `place`: time of creation, job and
 * generation. An item is well below 1 KB: a write unit.
 */
export class PostingTable implements PostingStore {
  readonly #client: DynamoDBDocumentClient;
  readonly #tableName: string;
  readonly #sleep: (milliseconds: number) => Promise<unknown>;

  constructor(client: DynamoDBDocumentClient, tableName: string, sleep: (milliseconds: number) => Promise<unknown> = wait) {
    this.#client = client;
    this.#tableName = tableName;
    this.#sleep = sleep;
  }

  async newest(owner: string, term: string, limit: number): Promise<readonly Posting[]> {
    const { Items = [] } = await this.#client.send(
      new QueryCommand({
        TableName: this.#tableName,
        KeyConditionExpression: "#ownerTerm = :ownerTerm",
        ExpressionAttributeNames: { "#ownerTerm": "ownerTerm" },
        ExpressionAttributeValues: { ":ownerTerm": partitionOf(owner, term) },
        ScanIndexForward: false,
        Limit: limit,
      }),
    );
    return Items.map(({ place, vector, expiresAt }) => ({ owner, term, ...jobAt(place), vector, expiresAt }));
  }

  /** @throws Error when DynamoDB has left some of them unwritten at every attempt. */
  async write(postings: readonly Posting[]): Promise<void> {
    await this.#send(postings.map((posting) => ({ PutRequest: { Item: itemOf(posting) } })));
  }

  /** @throws Error when DynamoDB has left some of them undeleted at every attempt. */
  async delete(keys: readonly PostingKey[]): Promise<void> {
    await this.#send(keys.map((key) => ({ DeleteRequest: { Key: keyOf(key) } })));
  }

  async #send(requests: readonly WriteRequest[]): Promise<void> {
    for (let at = 0; at < requests.length; at += maxBatch) await this.#sendBatch(requests.slice(at, at + maxBatch));
  }

  async #sendBatch(batch: WriteRequest[]): Promise<void> {
    let left = batch;
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      if (attempt > 0) await this.#sleep(firstWaitMilliseconds * 2 ** (attempt - 1));
      const { UnprocessedItems } = await this.#client.send(new BatchWriteCommand({ RequestItems: { [this.#tableName]: left } }));
      left = UnprocessedItems?.[this.#tableName] ?? [];
      if (left.length === 0) return;
    }
    throw new Error(`DynamoDB left ${left.length} postings unwritten in ${maxAttempts} attempts.`);
  }
}

/** No term contains a `#`, so the last one separates owner and term, for any owner. */
const partitionOf = (owner: string, term: string): string => `${owner}#${term}`;

const keyOf = ({ owner, term, createdAt, jobId, generation }: PostingKey) => ({
  ownerTerm: partitionOf(owner, term),
  // Padded, so that the order of the strings is the order in time.
  place: `${String(createdAt).padStart(12, "0")}#${jobId}#${generation}`,
});

const itemOf = ({ vector, expiresAt, ...key }: Posting) => ({ ...keyOf(key), vector, expiresAt });

function jobAt(place: string): Pick<PostingKey, "createdAt" | "jobId" | "generation"> {
  const [createdAt = "", jobId = "", generation = ""] = place.split("#");
  return { createdAt: Number(createdAt), jobId, generation };
}
