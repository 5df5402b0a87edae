import type * as aws from "@pulumi/aws";
import type { DocumentBucket } from "./document-bucket.ts";
import type { CreateFunction, FunctionArgs } from "./job-function.ts";
import type { JobTable } from "./job-table.ts";
import type { PostingTable } from "./posting-table.ts";
import type { Settings } from "./settings.ts";

/** Where jobs, their documents and what was derived from them are kept. */
export interface Stores {
  readonly jobs: JobTable;
  readonly postings: PostingTable;
  readonly documents: DocumentBucket;
}

export interface Stages {
  readonly ocr: aws.lambda.Function;
  readonly mlInference: aws.lambda.Function;
  readonly search: aws.lambda.Function;
}

/** The functions that the state machine takes a job through. */
export function createStages(
  createFunction: CreateFunction,
  { jobs, postings, documents }: Stores,
  { stagePaceSeconds: pace, relatedDocuments }: Settings,
  network: aws.types.input.lambda.FunctionVpcConfig | undefined,
): Stages {
  const createStage = (name: string, paceSeconds: number, { statements, environment, ...args }: FunctionArgs) =>
    createFunction(name, {
      network,
      environment: { JOBS_TABLE: jobs.name, DOCUMENTS_BUCKET: documents.name, PACE_SECONDS: String(paceSeconds), ...environment },
      statements: [jobs.grant("dynamodb:GetItem", "dynamodb:UpdateItem"), ...statements],
      ...args,
    });
  return {
    ocr: createStage("ocr", pace.ocr, {
      timeoutSeconds: 85,
      memoryMiB: 2048,
      statements: [documents.grant("s3:GetObject", "s3:PutObject", "s3:DeleteObject")],
    }),
    mlInference: createStage("ml-inference", pace.mlInference, { memoryMiB: 1024, statements: [documents.grant("s3:GetObject")] }),
    search: createStage("search", pace.search, {
      environment: { POSTINGS_TABLE: postings.name, RELATED_DOCUMENTS: relatedDocuments },
      statements: [documents.grant("s3:GetObject"), postings.grant("dynamodb:Query", "dynamodb:BatchWriteItem")],
    }),
  };
}
