import type * as aws from "@pulumi/aws";
import type { CreateFunction } from "./job-function.ts";
import type { JobStateMachine } from "./job-state-machine.ts";
import type { Settings } from "./settings.ts";
import type { Stores } from "./stages.ts";

/** The function behind each route of the API; `$default` answers what no route takes. */
export function createRoutes(
  createFunction: CreateFunction,
  { jobs, postings, documents }: Stores,
  stateMachine: JobStateMachine,
  { jobRetentionDays }: Settings,
): Readonly<Record<string, aws.lambda.Function>> {
  const environment = { JOBS_TABLE: jobs.name, DOCUMENTS_BUCKET: documents.name };
  const reading = { environment, statements: [jobs.grant("dynamodb:GetItem"), documents.grant("s3:GetObject")] };
  const routes = {
    "POST /jobs": createFunction("create-job", {
      environment: { ...environment, STATE_MACHINE_ARN: stateMachine.arn, JOB_RETENTION_DAYS: String(jobRetentionDays) },
      statements: [
        jobs.grant("dynamodb:PutItem", "dynamodb:DeleteItem"),
        documents.grant("s3:PutObject", "s3:DeleteObject"),
        stateMachine.grantStart(),
      ],
    }),
    "GET /jobs/{jobId}": createFunction("get-job", reading),
    "GET /jobs/{jobId}/text": createFunction("get-text", reading),
    "DELETE /jobs/{jobId}": createFunction("delete-job", {
      environment: { ...environment, POSTINGS_TABLE: postings.name },
      statements: [
        jobs.grant("dynamodb:UpdateItem", "dynamodb:DeleteItem"),
        documents.grantList(),
        documents.grant("s3:GetObject", "s3:DeleteObject"),
        postings.grant("dynamodb:BatchWriteItem"),
      ],
    }),
  };
  const routeKeys = JSON.stringify(Object.keys(routes));
  return { ...routes, $default: createFunction("unknown-route", { environment: { ROUTE_KEYS: routeKeys }, statements: [] }) };
}
