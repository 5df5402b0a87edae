import type { TableDeclaration } from "../../local/dynamodb/dynamo-engine.ts";

const jobs: TableDeclaration = {
  TableName: "jobs",
  BillingMode: "PAY_PER_REQUEST",
  KeySchema: [{ AttributeName: "jobId", KeyType: "HASH" }],
  AttributeDefinitions: [
    { AttributeName: "jobId", AttributeType: "S" },
    { AttributeName: "openShard", AttributeType: "N" },
    { AttributeName: "dueAt", AttributeType: "N" },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: "open-jobs",
      KeySchema: [
        { AttributeName: "openShard", KeyType: "HASH" },
        { AttributeName: "dueAt", KeyType: "RANGE" },
      ],
      Projection: { ProjectionType: "KEYS_ONLY" },
    },
  ],
  TimeToLiveSpecification: { AttributeName: "expiresAt", Enabled: true },
};

const postings: TableDeclaration = {
  TableName: "postings",
  BillingMode: "PAY_PER_REQUEST",
  KeySchema: [
    { AttributeName: "ownerTerm", KeyType: "HASH" },
    { AttributeName: "place", KeyType: "RANGE" },
  ],
  AttributeDefinitions: [
    { AttributeName: "ownerTerm", AttributeType: "S" },
    { AttributeName: "place", AttributeType: "S" },
  ],
};

/** The tables of the pipeline, as the program declares them. */
export const tables = [jobs, postings];
