import { jobStatuses } from "../../jobs/job.ts";
import { documentTypes } from "../../stages/document.ts";
import { searchLimits } from "../../stages/search/limits.ts";
import { pageLimits } from "../list-jobs.ts";
import type { ProblemCode } from "../problems.ts";
import { emptyResponse, jsonResponse, reference } from "./responses.ts";

/** One call of the API, by its route key. Parameters of the path and errors of every call are added to it. */
export interface CallDescription {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly object[];
  readonly requestBody?: object;
  readonly responses: Readonly<Record<string, unknown>>;
  readonly errors: readonly ProblemCode[];
}

const json = (schema: object) => ({ "application/json": { schema } });

const idempotencyKey = {
  name: "Idempotency-Key",
  in: "header",
  description: "The same key with the same document or upload returns the same job. A random UUID is best.",
  schema: { type: "string", minLength: 16, maxLength: 255, pattern: "^[ -~]+$" },
};

const ifNoneMatch = {
  name: "If-None-Match",
  in: "header",
  description: "The ETag of the last answer.",
  schema: { type: "string" },
};

const documents = Object.fromEntries(documentTypes.map((type) => [type, { schema: { description: "The document itself, up to 4 MiB." } }]));
const form = { type: "object", properties: { file: { description: "The document, up to 4 MiB." } }, required: ["file"] };

const { maxQueryCharacters: maxLength, maxMatches: maxItems, minSimilarity } = searchLimits;
const query = {
  ...{ name: "q", in: "query", required: true, description: "Words to search for." },
  schema: { type: "string", minLength: 1, maxLength },
};
const match = {
  type: "object",
  properties: { jobId: { type: "string" }, similarity: { type: "number", minimum: minSimilarity, maximum: 1 } },
  required: ["jobId", "similarity"],
};
const matches = { type: "object", properties: { documents: { type: "array", maxItems, items: match } }, required: ["documents"] };

const pageParameters = [
  {
    ...{ name: "limit", in: "query", description: "Maximum of jobs in the answer." },
    schema: { type: "integer", minimum: 1, maximum: pageLimits.max, default: pageLimits.usual },
  },
  { name: "status", in: "query", description: "Only jobs at this status.", schema: { type: "string", enum: jobStatuses } },
  { name: "cursor", in: "query", description: "The `cursor` of the last answer: older jobs follow.", schema: { type: "string" } },
];

/** The call that only a stack with authentication has. */
export const listCall = "GET /jobs";
export const searchCall = "GET /search";

export const calls: Readonly<Record<string, CallDescription>> = {
  "POST /jobs": {
    operationId: "createJob",
    summary: "Accepts a document, and answers with its job at once.",
    parameters: [idempotencyKey],
    requestBody: {
      required: true,
      content: {
        ...json(reference("Submission")),
        "text/plain": { schema: { type: "string", pattern: "\\S" } },
        "text/html": { schema: { type: "string", pattern: "\\S", description: "A page in UTF-8, up to 4 MiB." } },
        ...documents,
        "application/octet-stream": { schema: { description: "A document or a text: its first bytes decide." } },
        "multipart/form-data": { schema: form },
      },
    },
    responses: {
      "202": jsonResponse("The document is stored, and its job will run.", reference("Accepted"), {
        Location: "The path of the job's record.",
        "Retry-After": "Seconds after which to read it; only while it is not final.",
        "Idempotency-Replayed": "`true` where an earlier request created the job.",
      }),
    },
    errors: [
      ...(["InvalidJson", "TextRequired", "InvalidUnicode", "AmbiguousDocument", "InvalidForm", "DocumentRequired"] as const),
      ...(["DocumentUnreadable", "InvalidIdempotencyKey", "UploadNotFound", "UploadAlreadyUsed", "UploadChanged"] as const),
      ...(["DocumentTooLarge", "UnsupportedMediaType", "ContentTypeMismatch", "UnsupportedDocument"] as const),
      ...(["IdempotencyKeyReused", "JobNotStored"] as const),
    ],
  },
  [listCall]: {
    operationId: "listJobs",
    summary: "Lists the caller's own jobs, newest first, without their texts.",
    parameters: pageParameters,
    responses: { "200": jsonResponse("Some of the jobs; `cursor` where more may follow.", reference("JobPage")) },
    errors: ["InvalidParameter", "InvalidCursor"],
  },
  "GET /jobs/{jobId}": {
    operationId: "getJob",
    summary: "Reads the record of a job, at any status.",
    parameters: [ifNoneMatch],
    responses: {
      "200": jsonResponse("The record.", reference("JobRecord"), {
        ETag: "Names this state of the record.",
        "Retry-After": "Seconds after which to read it again; only while it is not final.",
      }),
      "304": emptyResponse("The record is unchanged.", { ETag: "Names this state of the record." }),
    },
    errors: ["JobNotFound"],
  },
  "GET /jobs/{jobId}/text": {
    operationId: "getText",
    summary: "Reads the whole text as the later stages see it.",
    responses: { "200": { description: "The text.", content: { "text/plain": { schema: { type: "string" } } } } },
    errors: ["JobNotFound", "TextNotReady", "TextNotFound"],
  },
  "DELETE /jobs/{jobId}": {
    operationId: "deleteJob",
    summary: "Removes a job, its document and everything derived from it.",
    responses: { "204": emptyResponse("The job is gone, or there was none.") },
    errors: [],
  },
  "POST /uploads": {
    operationId: "createUpload",
    summary: "Creates an address for a document of up to 50 MiB. POST /jobs with its uploadId, within a day, creates the job.",
    requestBody: { required: true, content: json(reference("UploadAnnouncement")) },
    responses: { "201": jsonResponse("The address to PUT the document to, with exactly these headers.", reference("Upload")) },
    errors: ["InvalidJson", "InvalidUnicode", "InvalidUpload", "DocumentTooLarge", "UnsupportedMediaType", "ContentTypeMismatch"],
  },
  [searchCall]: {
    operationId: "findDocuments",
    summary: "Finds the caller's own documents that match words best.",
    parameters: [query],
    responses: { "200": jsonResponse("The best matches, best first.", matches) },
    errors: ["InvalidQuery"],
  },
  "GET /openapi.json": {
    operationId: "getOpenApi",
    summary: "Reads this description.",
    parameters: [ifNoneMatch],
    responses: {
      "200": jsonResponse("The description, in OpenAPI 3.1.", { type: "object" }, { ETag: "Names this state of the description." }),
      "304": emptyResponse("The description is unchanged.", { ETag: "Names this state of the description." }),
    },
    errors: [],
  },
};
