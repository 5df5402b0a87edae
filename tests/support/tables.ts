import type { TableDeclaration } from "@async-text-processing/local/testing";
import { jobs as jobTable } from "./job-table.ts";

const jobs: TableDeclaration = {
  ...jobTable,
  AttributeDefinitions: [
    { AttributeName: "jobId", AttributeType: "S" },
    { AttributeName: "openShard", AttributeType: "N" },
    { AttributeName: "dueAt", AttributeType: "N" },
    { AttributeName: "owner", AttributeType: "S" },
    { AttributeName: "creationId", AttributeType: "S" },
  ],
  GlobalSecondaryIndexes: [
    ...(jobTable["GlobalSecondaryIndexes"] as object[]),
    {
      IndexName: "jobs-of-owner",
      KeySchema: [
        { AttributeName: "owner", KeyType: "HASH" },
        { AttributeName: "creationId", KeyType: "RANGE" },
      ],
      Projection: { ProjectionType: "KEYS_ONLY" },
    },
  ],
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
