import type { TableDeclaration } from "@async-text-processing/local/testing";

/** A table of jobs with a sparse, keys-only index of the open ones, and a time to live. */
export const jobs: TableDeclaration = {
  TableName: "jobs",
  BillingMode: "PAY_PER_REQUEST",
  AttributeDefinitions: [
    { AttributeName: "jobId", AttributeType: "S" },
    { AttributeName: "openShard", AttributeType: "S" },
    { AttributeName: "dueAt", AttributeType: "N" },
  ],
  KeySchema: [{ AttributeName: "jobId", KeyType: "HASH" }],
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
