import { S3Client } from "@aws-sdk/client-s3";
import { createJobRoute } from "../../../functions/api/create-job.ts";
import { createUploadRoute } from "../../../functions/api/create-upload.ts";
import { deleteJobRoute } from "../../../functions/api/delete-job.ts";
import { findDocumentsRoute } from "../../../functions/api/find-documents.ts";
import { createHttpHandler, type Route } from "../../../functions/api/http.ts";
import { listJobsRoute } from "../../../functions/api/list-jobs.ts";
import { getJobRoute, getTextRoute } from "../../../functions/api/read-job.ts";
import { DocumentStore } from "../../../functions/jobs/document-store.ts";
import { Executions } from "../../../functions/jobs/executions.ts";
import { JobList } from "../../../functions/jobs/job-list.ts";
import { JobRepository } from "../../../functions/jobs/job-repository.ts";
import { ObjectStore } from "../../../functions/jobs/object-store.ts";
import { createStageHandler, type StageServices } from "../../../functions/jobs/stage-handler.ts";
import { sweepJobs } from "../../../functions/jobs/sweep-jobs.ts";
import type { Telemetry } from "../../../functions/jobs/telemetry.ts";
import { createUploadAddress } from "../../../functions/jobs/upload-address.ts";
import { UploadStore } from "../../../functions/jobs/upload-store.ts";
import { run as mlInferenceRun } from "../../../functions/stages/ml-inference/run.ts";
import { mlInference } from "../../../functions/stages/ml-inference/stage.ts";
import { run as ocrRun } from "../../../functions/stages/ocr/run.ts";
import { ocr } from "../../../functions/stages/ocr/stage.ts";
import { PostingTable } from "../../../functions/stages/search/posting-table.ts";
import { RelatedDocuments } from "../../../functions/stages/search/related-documents.ts";
import { type RelatedDocumentsMode, runWith } from "../../../functions/stages/search/run.ts";
import { search } from "../../../functions/stages/search/stage.ts";
import { accessKeyIdOf, type Principal } from "../../local/iam/roles.ts";
import type { AwsCall } from "./aws-calls.ts";
import { sdkClients } from "./sdk-clients.ts";
import { type ReadingTime, standInReader } from "./stand-in-reader.ts";

/** What a function's process has of its surroundings. */
export interface Surroundings extends ReadingTime {
  readonly principal: Principal;
  readonly variables: Readonly<Record<string, string>>;
  readonly send: (call: AwsCall) => Promise<unknown>;
  /** Unix time in whole seconds, by the process's own clock. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly uniqueName: () => string;
  readonly logger: Telemetry["logger"];
}

interface Context {
  readonly getRemainingTimeInMillis: () => number;
}

type Handler = (event: never, context: Context) => Promise<unknown>;

/** Puts a function together as its entry in `functions/` does, from services that live in the simulation. */
export function createHandler(name: string, surroundings: Surroundings): Handler {
  const services = servicesOf(surroundings);
  const { logger } = surroundings;
  const http = (route: Route) => createHttpHandler(route, logger);
  const handlers: Readonly<Record<string, () => Handler>> = {
    "create-job": () => http(createJobRoute(services)),
    "create-upload": () => http(createUploadRoute({ ...services, client: signerOf(surroundings.principal) })),
    "delete-job": () => http(deleteJobRoute(services)),
    "find-documents": () => http(findDocumentsRoute(services.related)),
    "get-job": () => http(getJobRoute(services)),
    "get-text": () => http(getTextRoute(services)),
    "list-jobs": () => http(listJobsRoute(services.list)),
    "ml-inference": () => createStageHandler(mlInference, inferOnce, services),
    ocr: () => createStageHandler(ocr, standInReader(ocrRun, surroundings), services),
    search: () =>
      createStageHandler(search, runWith(services.related, surroundings.variables["RELATED_DOCUMENTS"] as RelatedDocumentsMode), services),
    "sweep-jobs": () => (_, context) => sweepJobs(services, context),
  };
  const create = handlers[name];
  if (create === undefined) throw new Error(`The simulation has no function ${name}.`);
  return create();
}

const inferences = new Map<string, ReturnType<typeof mlInferenceRun>>();

/** Nothing but the text decides what the stage says of it. */
function inferOnce(request: Parameters<typeof mlInferenceRun>[0]): ReturnType<typeof mlInferenceRun> {
  const inference = inferences.get(request.text) ?? mlInferenceRun(request);
  inferences.set(request.text, inference);
  return inference;
}

/** Loads what the functions load late: while a file is read, virtual time would go on without them. */
export async function loadLate(): Promise<void> {
  const job = { jobId: "", generation: "", owner: "", createdAt: 0, expiresAt: 0 };
  await mlInferenceRun({ text: "Ein fremder Text lädt auch die Tabellen der Sprachen.", job });
  await Promise.all([import("../../../functions/stages/search/document-vector.ts"), import("../../../functions/stages/prose.ts")]);
  const client = signerOf({ roleName: "", secretAccessKey: "none", policies: [] });
  await createUploadAddress("", { type: "application/pdf", bytes: 1 }, { client, bucketName: "documents", now: () => 0 });
}

function servicesOf({ send, variables, now, sleep, uniqueName, logger }: Surroundings) {
  const clients = sdkClients(send);
  const {
    JOBS_TABLE: jobs = "",
    POSTINGS_TABLE: postings = "",
    DOCUMENTS_BUCKET: bucketName = "",
    STATE_MACHINE_ARN: arn = "",
  } = variables;
  const objects = (client: S3Client) => async () => new ObjectStore(client, bucketName);
  return {
    jobs: new JobRepository(clients.documents, jobs, now),
    list: new JobList(clients.documents, jobs, now, sleep),
    documents: new DocumentStore(objects(clients.objects)),
    uploads: new UploadStore(objects(clients.patientObjects), now),
    related: new RelatedDocuments(new PostingTable(clients.documents, postings, sleep), now),
    executions: new Executions(clients.stepFunctions, arn),
    ...{ bucketName, now, sleep, logger, recordMetrics: () => undefined },
    retentionDays: Number(variables["JOB_RETENTION_DAYS"]),
    pace: async () => undefined,
    attemptName: uniqueName,
  } satisfies StageServices & Record<string, unknown>;
}

/** A client of the SDK's own, which signs addresses for uploads, by role. */
const signers = new Map<string, S3Client>();

function signerOf(principal: Principal): S3Client {
  const known = signers.get(principal.roleName);
  if (known !== undefined) return known;
  const credentials = { accessKeyId: accessKeyIdOf(principal), secretAccessKey: principal.secretAccessKey };
  const endpoint = { region: "us-east-1", endpoint: "http://127.0.0.1:3001", forcePathStyle: true };
  const signer = new S3Client({ ...endpoint, credentials, requestChecksumCalculation: "WHEN_REQUIRED" });
  signers.set(principal.roleName, signer);
  return signer;
}
