import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { buildFunctions } from "./infrastructure/bundle.ts";
import { DocumentBucket } from "./infrastructure/document-bucket.ts";
import { JobFunction, type JobFunctionArgs } from "./infrastructure/job-function.ts";
import { JobStateMachine } from "./infrastructure/job-state-machine.ts";
import { JobTable } from "./infrastructure/job-table.ts";
import { JobsApi } from "./infrastructure/jobs-api.ts";
import { consoleLinks, curlLine } from "./infrastructure/outputs.ts";
import { PostingTable } from "./infrastructure/posting-table.ts";
import { readSettings } from "./infrastructure/settings.ts";
import { SweepSchedule } from "./infrastructure/sweep-schedule.ts";

const settings = readSettings();
const { accountId } = aws.getCallerIdentityOutput();
const { logLevel, logRetentionDays, stagePaceSeconds: pace } = settings;

const jobs = new JobTable("jobs");
const postings = new PostingTable("postings");
const documents = new DocumentBucket("documents", { retentionDays: settings.jobRetentionDays });
const network = settings.privateNetwork ? new (await import("./infrastructure/private-network.ts")).PrivateNetwork("stages") : undefined;

const bundles = buildFunctions(import.meta.dirname);
const jobEnvironment = { JOBS_TABLE: jobs.name, DOCUMENTS_BUCKET: documents.name };

type FunctionArgs = Pick<JobFunctionArgs, "statements" | "environment" | "network"> & Partial<JobFunctionArgs>;
const lambda = (name: string, args: FunctionArgs): aws.lambda.Function =>
  new JobFunction(name, { bundles, logLevel, logRetentionDays, timeoutSeconds: 10, memoryMiB: 512, ...args }).function;
const stage = (name: string, paceSeconds: number, args: FunctionArgs): aws.lambda.Function =>
  lambda(name, {
    ...args,
    network: network?.functionNetwork,
    environment: { ...jobEnvironment, PACE_SECONDS: String(paceSeconds), ...args.environment },
  });

const ocr = stage("ocr", pace.ocr, {
  timeoutSeconds: 85,
  memoryMiB: 2048,
  statements: [jobs.grant("dynamodb:GetItem", "dynamodb:UpdateItem"), documents.grant("s3:GetObject", "s3:PutObject", "s3:DeleteObject")],
});
const mlInference = stage("ml-inference", pace.mlInference, {
  memoryMiB: 1024,
  statements: [jobs.grant("dynamodb:GetItem", "dynamodb:UpdateItem"), documents.grant("s3:GetObject")],
});
const search = stage("search", pace.search, {
  environment: { POSTINGS_TABLE: postings.name, RELATED_DOCUMENTS: settings.relatedDocuments },
  statements: [
    jobs.grant("dynamodb:GetItem", "dynamodb:UpdateItem"),
    documents.grant("s3:GetObject"),
    postings.grant("dynamodb:Query", "dynamodb:BatchWriteItem"),
  ],
});

const stateMachine = new JobStateMachine("process-job", {
  placeholders: {
    OcrFunctionArn: ocr.qualifiedArn,
    MlInferenceFunctionArn: mlInference.qualifiedArn,
    SearchFunctionArn: search.qualifiedArn,
    JobsTableName: jobs.name,
  },
  functions: [ocr, mlInference, search],
  statements: [jobs.grant("dynamodb:UpdateItem")],
  accountId,
  logRetentionDays,
});

const createJob = lambda("create-job", {
  environment: { ...jobEnvironment, STATE_MACHINE_ARN: stateMachine.arn, JOB_RETENTION_DAYS: String(settings.jobRetentionDays) },
  statements: [
    jobs.grant("dynamodb:PutItem", "dynamodb:DeleteItem"),
    documents.grant("s3:PutObject", "s3:DeleteObject"),
    stateMachine.grantStart(),
  ],
});
const readStatements = [jobs.grant("dynamodb:GetItem"), documents.grant("s3:GetObject")];
const getJob = lambda("get-job", { environment: jobEnvironment, statements: readStatements });
const getText = lambda("get-text", { environment: jobEnvironment, statements: readStatements });
const deleteJob = lambda("delete-job", {
  environment: { ...jobEnvironment, POSTINGS_TABLE: postings.name },
  statements: [
    jobs.grant("dynamodb:UpdateItem", "dynamodb:DeleteItem"),
    documents.grantList(),
    documents.grant("s3:GetObject", "s3:DeleteObject"),
    postings.grant("dynamodb:BatchWriteItem"),
  ],
});
const sweepJobs = lambda("sweep-jobs", {
  timeoutSeconds: 50,
  environment: { JOBS_TABLE: jobs.name, STATE_MACHINE_ARN: stateMachine.arn },
  statements: [jobs.grant("dynamodb:GetItem", "dynamodb:UpdateItem"), jobs.grantQueryOfOpenJobs(), stateMachine.grantStart()],
});
new SweepSchedule("sweep-every-minute", { target: sweepJobs, accountId });

const routes = {
  "POST /jobs": createJob,
  "GET /jobs/{jobId}": getJob,
  "GET /jobs/{jobId}/text": getText,
  "DELETE /jobs/{jobId}": deleteJob,
};
const unknownRoute = lambda("unknown-route", { environment: { ROUTE_KEYS: JSON.stringify(Object.keys(routes)) }, statements: [] });
const api = new JobsApi("jobs", { routes: { ...routes, $default: unknownRoute }, logRetentionDays });

export const ApiBaseUrl = api.baseUrl;
export const CreateJobEndpoint = pulumi.interpolate`${api.baseUrl}/jobs`;
export const GetJobEndpoint = pulumi.interpolate`${api.baseUrl}/jobs/{jobId}`;
export const CurlLine = curlLine(api.baseUrl);
export const ConsoleLinks = consoleLinks(stateMachine);
