import { documentTypes } from "../../stages/document.ts";
import { emptyResponse, jsonResponse, reference, refusal } from "./responses.ts";

/** One call of the API, by its route key. The path's parameters are described where the document is put together. */
export interface CallDescription {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly object[];
  readonly requestBody?: object;
  readonly responses: Readonly<Record<string, unknown>>;
}

const json = (schema: object) => ({ "application/json": { schema } });

const idempotencyKey = {
  name: "Idempotency-Key",
  in: "header",
  description: "The same key with the same document returns the same job. Best a random UUID. An upload is its own key.",
  schema: { type: "string", minLength: 16, maxLength: 255, pattern: "^[ -~]+$" },
};

const ifNoneMatch = {
  name: "If-None-Match",
  in: "header",
  description: "The ETag of what was read last.",
  schema: { type: "string" },
};

const documents = Object.fromEntries(documentTypes.map((type) => [type, { schema: { description: "The document itself, up to 4 MiB." } }]));
const form = { type: "object", properties: { file: { description: "The document, up to 4 MiB." } }, required: ["file"] };

const noSuchJob = refusal("There is no such job, or it has expired, or it is another caller's.");

export const calls: Readonly<Record<string, CallDescription>> = {
  "POST /jobs": {
    operationId: "createJob",
    summary: "Takes a document, and answers at once.",
    parameters: [idempotencyKey],
    requestBody: {
      required: true,
      content: {
        ...json(reference("Submission")),
        "text/plain": { schema: { type: "string", pattern: "\\S" } },
        ...documents,
        "multipart/form-data": { schema: form },
      },
    },
    responses: {
      "202": jsonResponse("The document is kept, and its job will run.", "Accepted", {
        Location: "The path of the job's record.",
        "Retry-After": "Seconds after which to read it.",
        "Idempotency-Replayed": "`true` where the job had been made by an earlier call.",
      }),
      "400": refusal("The request holds no document."),
      "404": refusal("There is no such upload, or it was used already."),
      "409": refusal("The upload was changed meanwhile. Send the same call again."),
      "413": jsonResponse("The document is larger than the limit that the sentence names.", {
        oneOf: [reference("Problem"), reference("GatewayError")],
      }),
      "415": refusal("Documents of this type are not read, or the document is not what its type says."),
      "422": refusal("The Idempotency-Key was used with another document."),
    },
  },
  "GET /jobs/{jobId}": {
    operationId: "getJob",
    summary: "Reads the record of a job, at any status.",
    parameters: [ifNoneMatch],
    responses: {
      "200": jsonResponse("The record.", "JobRecord", {
        ETag: "Names this state of the record.",
        "Retry-After": "Seconds after which to read it again; only while it is not final.",
      }),
      "304": emptyResponse("The record is as it was.", { ETag: "Names this state of the record." }),
      "404": noSuchJob,
    },
  },
  "GET /jobs/{jobId}/text": {
    operationId: "getText",
    summary: "Reads the whole text that the later stages see.",
    responses: {
      "200": { description: "The text.", content: { "text/plain": { schema: { type: "string" } } } },
      "404": refusal("There is no such job, or OCR has not finished."),
    },
  },
  "DELETE /jobs/{jobId}": {
    operationId: "deleteJob",
    summary: "Removes a job, its document and everything derived from it.",
    responses: { "204": emptyResponse("The job is gone, or there was none.") },
  },
  "POST /uploads": {
    operationId: "createUpload",
    summary: "Makes a URL for a document too large for the API, up to 50 MB. Then POST /jobs with its uploadId, once, within a day.",
    requestBody: { required: true, content: json(reference("UploadAnnouncement")) },
    responses: {
      "201": jsonResponse("Where to PUT the document, with exactly these headers.", "Upload"),
      "400": refusal("The request does not say what is to be uploaded."),
      "413": refusal("The document is larger than the limit that the sentence names."),
      "415": refusal("Documents of this type are not uploaded."),
    },
  },
  "GET /openapi.json": {
    operationId: "getOpenApi",
    summary: "Reads this description.",
    parameters: [ifNoneMatch],
    responses: {
      "200": jsonResponse("The description, in OpenAPI 3.1.", { type: "object" }, { ETag: "Names this state of the description." }),
      "304": emptyResponse("The description is as it was.", { ETag: "Names this state of the description." }),
    },
  },
};
