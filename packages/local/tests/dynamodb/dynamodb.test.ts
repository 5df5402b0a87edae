import { ConditionalCheckFailedException, DescribeTimeToLiveCommand, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { BatchWriteCommand, DeleteCommand, GetCommand, PutCommand, QueryCommand, ScanCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, test } from "vitest";
import { jobs } from "../../../../tests/support/job-table.ts";
import { DynamoEngine, type TableDeclaration } from "../../dynamodb/dynamo-engine.ts";
import { dynamodb } from "../../dynamodb/service.ts";
import type { Stack } from "../../service.ts";
import { createLocalAws } from "../../testing/local-aws.ts";
import { ManualClock } from "../../testing/manual-clock.ts";

const postings: TableDeclaration = {
  TableName: "postings",
  BillingMode: "PAY_PER_REQUEST",
  AttributeDefinitions: [
    { AttributeName: "term", AttributeType: "S" },
    { AttributeName: "sequence", AttributeType: "N" },
  ],
  KeySchema: [
    { AttributeName: "term", KeyType: "HASH" },
    { AttributeName: "sequence", KeyType: "RANGE" },
  ],
};

const openJobs = {
  TableName: "jobs",
  IndexName: "open-jobs",
  KeyConditionExpression: "openShard = :shard",
  ExpressionAttributeValues: { ":shard": "0" },
};

test.each([
  [
    "keySchemas",
    {
      keySchemas: [
        { attributeName: "shard", keyType: "HASH" },
        { attributeName: "dueAt", keyType: "RANGE" },
      ],
    },
  ],
  ["hashKey and rangeKey, which are deprecated", { hashKey: "shard", rangeKey: "dueAt" }],
])("an index is declared by %s", async (_, keys) => {
  const clock = new ManualClock();
  const engine = await DynamoEngine.open({ clock });
  const inputs = {
    billingMode: "PAY_PER_REQUEST",
    hashKey: "jobId",
    attributes: ["jobId", "shard", "dueAt"].map((name) => ({ name, type: "S" })),
    globalSecondaryIndexes: [{ name: "open", projectionType: "KEYS_ONLY", ...keys }],
  };
  const resource = { type: "aws:dynamodb/table:Table", name: "jobs", id: "jobs", inputs, outputs: { name: "jobs" } };

  const ending = await dynamodb.resourceTypes[resource.type]?.start(resource, engine, { clock } as unknown as Stack);

  const { Table } = (await engine.execute("DescribeTable", { TableName: "jobs" }, () => undefined)) as {
    Table: { GlobalSecondaryIndexes: { KeySchema: unknown }[] };
  };
  expect(Table.GlobalSecondaryIndexes[0]?.KeySchema).toEqual([
    { AttributeName: "shard", KeyType: "HASH" },
    { AttributeName: "dueAt", KeyType: "RANGE" },
  ]);
  await ending?.stop?.();
  await engine.close();
});

describe("a refused condition", () => {
  const refused = {
    put: () => new PutCommand({ TableName: "jobs", Item: { jobId: "a" }, ...onlyIfNew }),
    update: () => new UpdateCommand({ TableName: "jobs", Key: { jobId: "a" }, ...onlyIfNew }),
    delete: () => new DeleteCommand({ TableName: "jobs", Key: { jobId: "a" }, ...onlyIfNew }),
  };
  const onlyIfNew = { ConditionExpression: "attribute_not_exists(jobId)", ReturnValuesOnConditionCheckFailure: "ALL_OLD" } as const;

  test.each(["put", "update", "delete"] as const)("of %s brings the item that it lost to", async (kind) => {
    const aws = await createLocalAws({ tables: [jobs] });
    await aws.documents.send(new PutCommand({ TableName: "jobs", Item: { jobId: "a", status: "DONE", result: { ocr: { words: 3 } } } }));

    const error = await aws.documents.send(refused[kind]() as PutCommand).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(ConditionalCheckFailedException);
    expect(error).toMatchObject({
      Item: { jobId: { S: "a" }, status: { S: "DONE" }, result: { M: { ocr: { M: { words: { N: "3" } } } } } },
    });
  });

  test("brings no item where there is none, and none that was not asked for", async () => {
    const aws = await createLocalAws({ tables: [jobs] });
    await aws.documents.send(new PutCommand({ TableName: "jobs", Item: { jobId: "there" } }));
    const put = (jobId: string, condition: string) =>
      aws.documents
        .send(new PutCommand({ TableName: "jobs", Item: { jobId }, ConditionExpression: condition }))
        .catch((thrown: unknown) => thrown);
    const asking = new UpdateCommand({
      TableName: "jobs",
      Key: { jobId: "absent" },
      ConditionExpression: "attribute_exists(jobId)",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });

    const absent = await aws.documents.send(asking).catch((thrown: unknown) => thrown);
    const unasked = await put("there", "attribute_not_exists(jobId)");

    expect([absent, unasked]).toEqual([expect.any(ConditionalCheckFailedException), expect.any(ConditionalCheckFailedException)]);
    expect([(absent as ConditionalCheckFailedException).Item, (unasked as ConditionalCheckFailedException).Item]).toEqual([
      undefined,
      undefined,
    ]);
  });

  test("among concurrent writers shows each loser what it was checked against", async () => {
    const aws = await createLocalAws({ tables: [jobs] });
    await aws.documents.send(new PutCommand({ TableName: "jobs", Item: { jobId: "a", version: 0 } }));
    const claim = (version: number) =>
      aws.documents.send(
        new UpdateCommand({
          TableName: "jobs",
          Key: { jobId: "a" },
          UpdateExpression: "SET version = :next",
          ConditionExpression: "version = :version",
          ExpressionAttributeValues: { ":version": version, ":next": version + 1 },
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        }),
      );

    const outcomes = await Promise.allSettled(Array.from({ length: 30 }, (_, index) => claim(index % 3)));

    const seen = outcomes.flatMap((outcome, index) =>
      outcome.status === "rejected" ? [[index % 3, Number(outcome.reason.Item.version.N)]] : [],
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled").length).toBeGreaterThanOrEqual(1);
    expect(seen.filter(([wanted, held]) => wanted === held)).toEqual([]);
    expect(seen.length).toBeGreaterThan(0);
  });
});

describe("expressions", () => {
  test.each(["status", "text", "result", "search", "language", "owner", "ttl", "error"])(
    "refuse the reserved word %s without an alias",
    async (word) => {
      const aws = await createLocalAws({ tables: [jobs] });
      const update = (name: string, names?: Record<string, string>) =>
        aws.documents.send(
          new UpdateCommand({
            TableName: "jobs",
            Key: { jobId: "a" },
            UpdateExpression: `SET ${name} = :value`,
            ExpressionAttributeNames: names,
            ExpressionAttributeValues: { ":value": "x" },
          }),
        );

      await update("#name", { "#name": word });

      await expect(update(word)).rejects.toThrow(`Attribute name is a reserved keyword; reserved keyword: ${word}`);
    },
  );
});

describe("the sparse index", () => {
  test("holds the keys of those items alone that have the index's attributes", async () => {
    const aws = await createLocalAws({ tables: [jobs] });
    await aws.documents.send(new PutCommand({ TableName: "jobs", Item: { jobId: "open", openShard: "0", dueAt: 5, status: "PENDING" } }));
    await aws.documents.send(new PutCommand({ TableName: "jobs", Item: { jobId: "closed", openShard: "0", dueAt: 6 } }));
    await aws.documents.send(new PutCommand({ TableName: "jobs", Item: { jobId: "never" } }));
    await aws.documents.send(
      new UpdateCommand({
        TableName: "jobs",
        Key: { jobId: "open" },
        UpdateExpression: "SET dueAt = :due",
        ExpressionAttributeValues: { ":due": 9 },
      }),
    );
    await aws.documents.send(
      new UpdateCommand({ TableName: "jobs", Key: { jobId: "closed" }, UpdateExpression: "REMOVE openShard, dueAt" }),
    );

    const { Items } = await aws.documents.send(new QueryCommand(openJobs));

    expect(Items).toEqual([{ jobId: "open", openShard: "0", dueAt: 9 }]);
  });

  // Found by trying: dynalite's short hash is the same for both ids.
  const colliding = ["job-7473", "job-10443"];

  test("keeps every item apart among equal index keys", async () => {
    const aws = await createLocalAws({ tables: [jobs] });
    for (const jobId of colliding)
      await aws.documents.send(new PutCommand({ TableName: "jobs", Item: { jobId, openShard: "0", dueAt: 5 } }));

    const both = await aws.documents.send(new QueryCommand(openJobs));
    await aws.documents.send(new DeleteCommand({ TableName: "jobs", Key: { jobId: colliding[0] } }));
    const one = await aws.documents.send(new QueryCommand(openJobs));

    expect(both.Items?.map(({ jobId }) => jobId).sort()).toEqual([...colliding].sort());
    expect(one.Items?.map(({ jobId }) => jobId)).toEqual([colliding[1]]);
  });

  test.each([true, false])("is read page by page without a gap or a repeat (forward: %s)", async (ScanIndexForward) => {
    const aws = await createLocalAws({ tables: [jobs] });
    const ids = [...colliding, "a", "b", "c", "d"].sort();
    for (const jobId of ids)
      await aws.documents.send(new PutCommand({ TableName: "jobs", Item: { jobId, openShard: "0", dueAt: jobId === "d" ? 6 : 5 } }));

    const read: string[] = [];
    let ExclusiveStartKey: Record<string, unknown> | undefined;
    do {
      const page = await aws.documents.send(new QueryCommand({ ...openJobs, ScanIndexForward, Limit: 1, ExclusiveStartKey }));
      read.push(...(page.Items ?? []).map(({ jobId }) => String(jobId)));
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);

    expect([...read].sort()).toEqual(ids);
    expect(ScanIndexForward ? read.at(-1) : read[0]).toBe("d");
  });
});

test("a range is read in the order of its numbers, newest first, up to a limit", async () => {
  const aws = await createLocalAws({ tables: [postings] });
  const put = (sequence: number) => ({ PutRequest: { Item: { term: "aws", sequence, weight: 0.5 } } });
  await aws.documents.send(new BatchWriteCommand({ RequestItems: { postings: [2, 10, 1, 33, -4].map(put) } }));
  const query = new QueryCommand({
    TableName: "postings",
    KeyConditionExpression: "term = :term AND #sequence < :before",
    ExpressionAttributeNames: { "#sequence": "sequence" },
    ExpressionAttributeValues: { ":term": "aws", ":before": 33 },
    ScanIndexForward: false,
    Limit: 3,
  });

  const { Items } = await aws.documents.send(query);

  expect(Items?.map(({ sequence }) => sequence)).toEqual([10, 2, 1]);
});

test("write units count bytes of UTF-8 of the larger of the item before and after", async () => {
  const aws = await createLocalAws({ tables: [jobs] });
  const update = (text: string) =>
    aws.documents.send(
      new UpdateCommand({
        TableName: "jobs",
        Key: { jobId: "a" },
        UpdateExpression: "SET preview = :text",
        ExpressionAttributeValues: { ":text": text },
        ReturnConsumedCapacity: "TOTAL",
      }),
    );

  const short = await update("x");
  const japanese = await update("日".repeat(700)); // 2,100 bytes
  const shortAgain = await update("x");

  expect([short, japanese, shortAgain].map(({ ConsumedCapacity }) => ConsumedCapacity?.CapacityUnits)).toEqual([1, 3, 3]);
});

describe("time to live", () => {
  test("deletes what has expired, index entry included, by the clock and on a sweep only", async () => {
    const aws = await createLocalAws({ tables: [jobs], clock: new ManualClock(1_000_000_000_000) });
    const put = (jobId: string, expiresAt: unknown) =>
      aws.documents.send(new PutCommand({ TableName: "jobs", Item: { jobId, expiresAt, openShard: "0", dueAt: 1 } }));
    await put("expired", 1_000_000_059);
    await put("not yet", 1_000_000_061);
    await put("in milliseconds, by mistake", 1_000_000_000_000);
    await put("of a wrong type", "1");
    await put("older than five years", 1_000_000_000 - 6 * 365 * 86_400);
    await aws.clock.advance(60_000);
    const before = await aws.documents.send(new GetCommand({ TableName: "jobs", Key: { jobId: "expired" } }));

    const deleted = await aws.dynamo.deleteExpired();

    const { Items } = await aws.documents.send(new QueryCommand(openJobs));
    expect(before.Item).toBeDefined();
    expect(deleted).toBe(1);
    expect(Items?.map(({ jobId }) => jobId).sort()).toEqual([
      "in milliseconds, by mistake",
      "not yet",
      "of a wrong type",
      "older than five years",
    ]);
  });

  test("is described as declared", async () => {
    const aws = await createLocalAws({ tables: [jobs, postings] });
    const describe = (TableName: string) => aws.dynamodb.send(new DescribeTimeToLiveCommand({ TableName }));

    const [declared, undeclared] = await Promise.all([describe("jobs"), describe("postings")]);

    expect(declared.TimeToLiveDescription).toEqual({ TimeToLiveStatus: "ENABLED", AttributeName: "expiresAt" });
    expect(undeclared.TimeToLiveDescription).toEqual({ TimeToLiveStatus: "DISABLED" });
  });
});

describe("what is not simulated is refused by name", () => {
  test("operations", async () => {
    const aws = await createLocalAws({ tables: [jobs] });

    const transaction = aws.dynamodb.send(
      new TransactWriteItemsCommand({ TransactItems: [{ Delete: { TableName: "jobs", Key: { jobId: { S: "a" } } } }] }),
    );

    await expect(transaction).rejects.toMatchObject({
      name: "UnknownOperationException",
      message: "The local DynamoDB does not simulate TransactWriteItems.",
    });
  });

  test("members", async () => {
    const aws = await createLocalAws({ tables: [jobs] });
    const unknownValue = { TableName: "jobs", Item: { jobId: { S: "a" } }, ReturnValuesOnConditionCheckFailure: "ALL_NEW" };

    const member = aws.dynamo.execute("PutItem", { TableName: "jobs", Item: { jobId: { S: "a" } }, ReturnOldImage: true });
    const value = aws.dynamo.execute("PutItem", unknownValue);

    await expect(member).rejects.toMatchObject({
      ...{ name: "ValidationException", status: 400, message: "The local DynamoDB does not simulate ReturnOldImage." },
    });
    await expect(value).rejects.toThrow("Member must satisfy enum value set: [ALL_OLD, NONE]");
  });
});

describe("what dynalite throws", () => {
  // A bound that the item lacks.
  const throwing = { TableName: "jobs", ExpressionAttributeNames: { "#n": "n", "#low": "low", "#high": "high" } };
  const between = "#n BETWEEN #low AND #high";

  test("under an item's lock fails the call, and frees the item", async () => {
    const aws = await createLocalAws({ tables: [jobs] });
    const put = new PutCommand({ TableName: "jobs", Item: { jobId: "a", n: 2, low: 1 } });
    await aws.documents.send(put);

    const failed = aws.documents.send(new DeleteCommand({ ...throwing, Key: { jobId: "a" }, ConditionExpression: between }));

    await expect(failed).rejects.toMatchObject({ name: "InternalServerError" });
    await expect(aws.documents.send(put)).resolves.toBeDefined();
  });

  test("while it reads many fails the call alone", async () => {
    const aws = await createLocalAws({ tables: [jobs] });
    await aws.documents.send(new PutCommand({ TableName: "jobs", Item: { jobId: "a", n: 2, low: 1 } }));

    const failed = aws.documents.send(new ScanCommand({ ...throwing, FilterExpression: between }));

    await expect(failed).rejects.toMatchObject({ name: "InternalServerError" });
    await expect(aws.documents.send(new ScanCommand({ TableName: "jobs" }))).resolves.toMatchObject({ Count: 1 });
  });
});

test("a scan sees every item, page by page", async () => {
  const aws = await createLocalAws({ tables: [jobs] });
  for (let index = 0; index < 7; index++) await aws.documents.send(new PutCommand({ TableName: "jobs", Item: { jobId: String(index) } }));

  const first = await aws.documents.send(new ScanCommand({ TableName: "jobs", Limit: 4 }));
  const second = await aws.documents.send(new ScanCommand({ TableName: "jobs", Limit: 4, ExclusiveStartKey: first.LastEvaluatedKey }));

  expect([first.Count, second.Count, second.LastEvaluatedKey]).toEqual([4, 3, undefined]);
  expect([...(first.Items ?? []), ...(second.Items ?? [])].map(({ jobId }) => jobId).sort()).toEqual(["0", "1", "2", "3", "4", "5", "6"]);
});
