import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SFNClient } from "@aws-sdk/client-sfn";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { Executions } from "../jobs/executions.ts";
import { JobList } from "../jobs/job-list.ts";
import { JobRepository } from "../jobs/job-repository.ts";
import type { Telemetry } from "../jobs/telemetry.ts";
import { PostingTable } from "../stages/search/posting-table.ts";
import { RelatedDocuments } from "../stages/search/related-documents.ts";
import { clientConfig } from "./client-config.ts";
import { environmentVariable, systemClock } from "./environment.ts";
import { logger } from "./logger.ts";
import { recordMetrics } from "./metrics.ts";

export const telemetry: Telemetry = { logger, recordMetrics };

const documentClient = (): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(new DynamoDBClient(clientConfig), { marshallOptions: { removeUndefinedValues: true } });

export const jobRepository = (): JobRepository => new JobRepository(documentClient(), environmentVariable("JOBS_TABLE"), systemClock);

export const jobList = (): JobList => new JobList(documentClient(), environmentVariable("JOBS_TABLE"), systemClock);

export const relatedDocuments = (): RelatedDocuments =>
  new RelatedDocuments(new PostingTable(documentClient(), environmentVariable("POSTINGS_TABLE")), systemClock);

export const executions = (): Executions => new Executions(new SFNClient(clientConfig), environmentVariable("STATE_MACHINE_ARN"));
