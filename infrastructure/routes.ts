import { jobsOfOwnerIndex } from "../functions/jobs/storage-layout.ts";
import type { CreateFunction, JobFunction } from "./job-function.ts";
import type { JobStateMachine } from "./job-state-machine.ts";
import type { Settings } from "./settings.ts";
import type { Stores } from "./stores.ts";

/** A browser's preflight request. It has no credentials, so that the route is open for every `auth`. */
export const preflightRoute = "OPTIONS /{proxy+}";

/** The function behind each route key, such as `POST /jobs`; `$default` answers every other request. */
export type Routes = Readonly<Record<string, JobFunction>>;

export interface RoutesArgs {
  readonly createFunction: CreateFunction;
  readonly stores: Stores;
  readonly stateMachine: JobStateMachine;
  readonly settings: Settings;
}

export function createRoutes({ createFunction, stores: { jobs, postings, documents }, stateMachine, settings }: RoutesArgs): Routes {
  const { jobRetentionDays, auth, corsOrigins, search } = settings;
  const environment = { JOBS_TABLE: jobs.name, DOCUMENTS_BUCKET: documents.name };
  const reading = { environment, statements: [jobs.grant("dynamodb:GetItem"), documents.grant("s3:GetObject")] };
  const routes = {
    "POST /jobs": createFunction("create-job", {
      timeoutSeconds: 25, // S3 takes a while to copy a large upload; the API itself waits for 30 s
      memoryMiB: 1024, // it holds a body several times: as base64, as bytes, as the parts of a form
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
      statements: [documents.grantUploads("s3:PutObject")], // by any holder of the URL
    }),
    "GET /jobs/{jobId}": createFunction("get-job", reading),
    "GET /jobs/{jobId}/text": createFunction("get-text", reading),
    "DELETE /jobs/{jobId}": createFunction("delete-job", {
      environment: { ...environment, POSTINGS_TABLE: postings.name },
      statements: [
        jobs.grant("dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"),
        documents.grantList(),
        documents.grant("s3:GetObject", "s3:DeleteObject"),
        documents.grantUploads("s3:DeleteObject"),
        postings.grant("dynamodb:BatchWriteItem"),
      ],
    }),
    ...(auth !== "none" && {
      "GET /jobs": createFunction("list-jobs", {
        environment: { JOBS_TABLE: jobs.name },
        statements: [jobs.grant("dynamodb:BatchGetItem"), jobs.grantQuery(jobsOfOwnerIndex)],
      }),
    }),
    ...(search && {
      "GET /search": createFunction("find-documents", {
        environment: { POSTINGS_TABLE: postings.name },
        statements: [postings.grant("dynamodb:Query")],
      }),
    }),
    "GET /openapi.json": createFunction("get-openapi", {
      environment: { AUTHENTICATION: auth, SEARCH: String(search) },
      statements: [],
    }),
  };
  const routeKeys = JSON.stringify(Object.keys(routes));
  const unknownRoute = createFunction("unknown-route", { environment: { ROUTE_KEYS: routeKeys }, statements: [] });
  return { ...routes, ...(corsOrigins.length > 0 && { [preflightRoute]: unknownRoute }), $default: unknownRoute };
}
