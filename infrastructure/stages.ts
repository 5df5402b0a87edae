import type * as aws from "@pulumi/aws";
import { resultKeys, type Stage, stages } from "../functions/jobs/job.ts";
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

export type Stages = Readonly<Record<Stage, aws.lambda.Function>>;

/** The logical name of a stage's function, which its file in `functions/` bears too. */
export const functionName = (stage: Stage): string => stage.replaceAll("_", "-");

/** The functions that the state machine takes a job through; `own` is what each says for itself. */
export function createStages(
  createFunction: CreateFunction,
  { jobs, postings, documents }: Stores,
  { stagePaceSeconds: pace, relatedDocuments }: Settings,
  network: aws.types.input.lambda.FunctionVpcConfig | undefined,
): Stages {
  const own: Readonly<Record<Stage, FunctionArgs>> = {
    ocr: {
      timeoutSeconds: 85,
      memoryMiB: 2048,
      statements: [documents.grant("s3:GetObject", "s3:PutObject", "s3:DeleteObject")],
    },
    ml_inference: { memoryMiB: 1024, statements: [documents.grant("s3:GetObject")] },
    search: {
      environment: { POSTINGS_TABLE: postings.name, RELATED_DOCUMENTS: relatedDocuments },
      statements: [documents.grant("s3:GetObject"), postings.grant("dynamodb:Query", "dynamodb:BatchWriteItem")],
    },
  };
  const createStage = (stage: Stage, { statements, environment, ...args }: FunctionArgs) => {
    const paceSeconds = String(pace[resultKeys[stage]]);
    return createFunction(functionName(stage), {
      network,
      environment: { JOBS_TABLE: jobs.name, DOCUMENTS_BUCKET: documents.name, PACE_SECONDS: paceSeconds, ...environment },
      statements: [jobs.grant("dynamodb:GetItem", "dynamodb:UpdateItem"), ...statements],
      ...args,
    });
  };
  return Object.fromEntries(stages.map((stage) => [stage, createStage(stage, own[stage])])) as Stages;
}
