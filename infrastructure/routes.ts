import type * as aws from "@pulumi/aws";
import type { CreateFunction } from "./job-function.ts";
import type { JobStateMachine } from "./job-state-machine.ts";
import type { Settings } from "./settings.ts";
import type { Stores } from "./stages.ts";

/** By which a browser asks what its pages may send; it never says who it is, so the route must be open where others are not. */
export const preflightRoute = "OPTIONS /{proxy+}";

/** The function behind each route of the API; `$default` answers what no route takes. */
export function createRoutes(
  createFunction: CreateFunction,
  { jobs, postings, documents }: Stores,
  stateMachine: JobStateMachine,
  { jobRetentionDays, auth, corsOrigins, relatedDocuments }: Settings,
): Readonly<Record<string, aws.lambda.Function>> {
  const environment = { JOBS_TABLE: jobs.name, DOCUMENTS_BUCKET: documents.name };
  const reading = { environment, statements: [jobs.grant("dynamodb:GetItem"), documents.grant("s3:GetObject")] };
  const routes = {
    "POST /jobs": createFunction("create-job", {
      timeoutSeconds: 25, // S3 takes a while to copy a large upload; the API itself waits for 30 s
      memoryMiB: 1024, // a body stands there several times: as base64, as bytes, as the parts of a form
      environment: { ...environment, STATE_MACHINE_ARN: stateMachine.arn, JOB_RETENTION_DAYS: String(jobRetentionDays) },
      statements: [
        jobs.grant("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"),
        documents.grant("s3:GetObject", "s3:PutObject", "s3:DeleteObject"),
        documents.grantUploads("s3:GetObject", "s3:DeleteObject"),
        stateMachine.grantStart(),
      ],
    }),
    "POST /uploads": createFunction("create-upload", {
      environment: { DOCUMENTS_BUCKET: documents.name },
      statements: [documents.grantUploads("s3:PutObject")], // of whoever has the url
    }),
    "GET /jobs/{jobId}": createFunction("get-job", reading),
    "GET /jobs/{jobId}/text": createFunction("get-text", reading),
    "DELETE /jobs/{jobId}": createFunction("delete-job", {
      environment: { ...environment, POSTINGS_TABLE: postings.name },
      statements: [
        jobs.grant("dynamodb:UpdateItem", "dynamodb:DeleteItem"),
        documents.grantList(),
        documents.grant("s3:GetObject", "s3:DeleteObject"),
        documents.grantUploads("s3:DeleteObject"),
        postings.grant("dynamodb:BatchWriteItem"),
      ],
    }),
    ...(relatedDocuments === "list" && {
      "GET /search": createFunction("find-documents", {
        environment: { POSTINGS_TABLE: postings.name },
        statements: [postings.grant("dynamodb:Query")],
      }),
    }),
    "GET /openapi.json": createFunction("get-openapi", {
      environment: { AUTHENTICATION: auth, RELATED_DOCUMENTS: relatedDocuments },
      statements: [],
    }),
  };
  const routeKeys = JSON.stringify(Object.keys(routes));
  const unknownRoute = createFunction("unknown-route", { environment: { ROUTE_KEYS: routeKeys }, statements: [] });
  return { ...routes, ...(corsOrigins.length > 0 && { [preflightRoute]: unknownRoute }), $default: unknownRoute };
}
