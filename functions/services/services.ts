import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SFNClient } from "@aws-sdk/client-sfn";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { DocumentStore } from "../jobs/document-store.ts";
import { Executions } from "../jobs/executions.ts";
import { JobRepository } from "../jobs/job-repository.ts";
import type { StageServices } from "../jobs/stage-handler.ts";
import type { Telemetry } from "../jobs/telemetry.ts";
import type { UploadSigner } from "../jobs/upload-address.ts";
import { UploadStore } from "../jobs/upload-store.ts";
import { PostingTable } from "../stages/search/posting-table.ts";
import { RelatedDocuments } from "../stages/search/related-documents.ts";
import { environmentVariable, systemClock } from "./environment.ts";
import { logger } from "./logger.ts";
import { recordMetrics } from "./metrics.ts";

export const telemetry: Telemetry = { logger, recordMetrics };

/** A call that has no answer by then is sent again, well within the shortest timeout of a function. */
const clientConfig = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_500, throwOnRequestTimeout: true },
} as const;

const documentClient = (): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(new DynamoDBClient(clientConfig), { marshallOptions: { removeUndefinedValues: true } });

export const jobRepository = (): JobRepository => new JobRepository(documentClient(), environmentVariable("JOBS_TABLE"), systemClock);

export const documentStore = (): DocumentStore => new DocumentStore(new S3Client(clientConfig), environmentVariable("DOCUMENTS_BUCKET"));

/** S3 answers when it has copied a large upload, not before. */
const patientConfig = { ...clientConfig, requestHandler: { ...clientConfig.requestHandler, requestTimeout: 15_000 } } as const;

export const uploadStore = (): UploadStore =>
  new UploadStore(new S3Client(patientConfig), environmentVariable("DOCUMENTS_BUCKET"), systemClock);

export const uploadSigner = (): UploadSigner => ({
  client: new S3Client({ ...clientConfig, requestChecksumCalculation: "WHEN_REQUIRED" }),
  bucketName: environmentVariable("DOCUMENTS_BUCKET"),
  now: systemClock,
});

export const relatedDocuments = (): RelatedDocuments =>
  new RelatedDocuments(new PostingTable(documentClient(), environmentVariable("POSTINGS_TABLE")), systemClock);

export const executions = (): Executions => new Executions(new SFNClient(clientConfig), environmentVariable("STATE_MACHINE_ARN"));

export const stageServices = (): StageServices => ({
  jobs: jobRepository(),
  documents: documentStore(),
  ...telemetry,
  now: systemClock,
  pace: () => sleep(1_000 * Number(environmentVariable("PACE_SECONDS"))),
  attemptName: () => randomBytes(9).toString("base64url"),
});
