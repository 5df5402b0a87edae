import {
  type AwsClients,
  createLocalAws,
  type ExecutionEvent,
  type ExecutionOutcome,
  type LocalAws,
  type LocalAwsOptions,
} from "@async-text-processing/local/testing";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { createJobRoute } from "../../functions/api/create-job.ts";
import { createUploadRoute } from "../../functions/api/create-upload.ts";
import { deleteJobRoute } from "../../functions/api/delete-job.ts";
import { createHttpHandler, type HttpRequest, type HttpResponse } from "../../functions/api/http.ts";
import { getJobRoute, getTextRoute } from "../../functions/api/read-job.ts";
import { DocumentStore } from "../../functions/jobs/document-store.ts";
import { Executions } from "../../functions/jobs/executions.ts";
import type { Job, JobKey } from "../../functions/jobs/job.ts";
import { JobRepository } from "../../functions/jobs/job-repository.ts";
import { ObjectStore } from "../../functions/jobs/object-store.ts";
import { createStageHandler, type StageEvent, type StageServices } from "../../functions/jobs/stage-handler.ts";
import { sweepJobs } from "../../functions/jobs/sweep-jobs.ts";
import { UploadStore } from "../../functions/jobs/upload-store.ts";
import { htmlType, type UnreadDocument } from "../../functions/stages/document.ts";
import { extractText } from "../../functions/stages/ocr/extract-text.ts";
import { run as runOcr } from "../../functions/stages/ocr/run.ts";
import type { ocr } from "../../functions/stages/ocr/stage.ts";
import { type RegisteredStage, stages as registry, type StageName } from "../../functions/stages/registry.ts";
import { PostingTable } from "../../functions/stages/search/posting-table.ts";
import { RelatedDocuments } from "../../functions/stages/search/related-documents.ts";
import { type RelatedDocumentsMode, runWith } from "../../functions/stages/search/run.ts";
import { fileName } from "../../functions/stages/stage.ts";
import type { StageFunction, StageInParts } from "../../functions/stages/stage-function.ts";
import { httpEvent } from "./http-event.ts";
import { context, createProcessJob, type InvokeStage, type StageHandlers, stateMachineArn } from "./process-job.ts";
import { tables } from "./tables.ts";

type Run<S extends RegisteredStage> = StageFunction<S> | StageInParts<S>;
export type Stages = { readonly [S in RegisteredStage as S["name"]]: Run<S> };
export type Route = "create" | "upload" | "get" | "text" | "delete";

/** A log line of a function, its fields with the message. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly message: string };

export interface PipelineOptions extends Pick<LocalAwsOptions, "before" | "onUsage"> {
  readonly relatedDocuments?: RelatedDocumentsMode;
  /** Stages in place of the real ones. */
  readonly stages?: Partial<Stages>;
  readonly invokeStage?: InvokeStage;
  /** Roles that may do everything, each with clients of its own: `before` tells calls apart by them. */
  readonly actors?: readonly string[];
}

/** The whole pipeline in this process: the real functions, the real definition, DynamoDB and S3 in memory, a clock that tests advance. */
export interface Pipeline {
  readonly aws: LocalAws;
  readonly jobs: JobRepository;
  readonly related: RelatedDocuments;
  /** The executions that create-job and the sweeper have started, in order; nothing runs by itself. */
  readonly started: JobKey[];
  readonly logLines: LogLine[];
  readonly events: ExecutionEvent[];
  request(route: Route, event: Partial<HttpRequest>): Promise<HttpResponse>;
  /** `POST /jobs` with a document; the execution that it asks for has not begun. */
  submit(document: string | UnreadDocument, headers?: Record<string, string>): Promise<JobKey>;
  /** One stage's Lambda, called as the state machine would. */
  runStage(stage: StageName, event: StageEvent, actor?: string): Promise<unknown>;
  /** One execution of the definition, from its beginning. */
  execute(key: JobKey, actor?: string): Promise<ExecutionOutcome>;
  sweep(): ReturnType<typeof sweepJobs>;
  record(jobId: string): Promise<Job | undefined>;
}

export async function createPipeline(options: PipelineOptions = {}): Promise<Pipeline> {
  const started: JobKey[] = [];
  const logLines: LogLine[] = [];
  const events: ExecutionEvent[] = [];
  const aws = await createAws(options, started);
  const services = servicesOf(aws, aws, logLines);
  const routes = routesOf(services);
  const attempts = { count: 0 };
  const actors = ["admin", ...(options.actors ?? [])].map((name) => {
    const own = name === "admin" ? services : servicesOf(aws, aws.clientsOf(name), logLines);
    const handlers = handlersOf(own, attempts, options);
    return { name, handlers, machine: createProcessJob(aws, name, handlers, options.invokeStage ?? ((_, call) => call())) };
  });
  const actorOf = (name: string) => actors.find((actor) => actor.name === name) ?? raise(`There is no actor ${name}.`);
  let executions = 0;

  return {
    ...{ aws, jobs: services.jobs, related: services.related, started, logLines, events },
    request: (route, event) => routes[route](httpEvent(event)),
    submit: async (document, headers = {}) => {
      const answer = await routes.create(httpEvent(posted(document, headers)));
      if (answer.statusCode !== 202) throw new Error(`POST /jobs answered ${answer.statusCode}: ${answer.body}`);
      const { jobId } = JSON.parse(answer.body ?? "");
      return started.find((key) => key.jobId === jobId) ?? { jobId, generation: (await services.jobs.get(jobId))?.generation ?? "" };
    },
    runStage: (stage, event, actor = "admin") => actorOf(actor).handlers[stage](event, context),
    execute: async ({ jobId, generation }, actor = "admin") => {
      const executionArn = `arn:aws:states:eu-central-1:123456789012:express:process-job:${jobId}:${++executions}`;
      const onEvent = (event: ExecutionEvent) => events.push(event);
      return actorOf(actor).machine.execute({ jobId, generation }, { name: jobId, executionArn, onEvent });
    },
    sweep: () => sweepJobs(services, lambdaContext(aws.clock, 50)),
    record: async (jobId) => {
      // Past the client and the account, which cost several times as much: some tests look after every call.
      const { Item } = await aws.dynamo.execute("GetItem", { TableName: "jobs", Key: marshall({ jobId }) });
      return Item === undefined ? undefined : (unmarshall(Item as Record<string, AttributeValue>) as Job);
    },
  };
}

const everything = [{ Effect: "Allow", Action: "*", Resource: "*" }];

function createAws({ before, onUsage, actors = [] }: PipelineOptions, started: JobKey[]): Promise<LocalAws> {
  const stepFunctions = {
    call: async (_: string, { input }: Readonly<Record<string, unknown>>) => {
      started.push(JSON.parse(String(input)));
      return { executionArn: stateMachineArn.replace("stateMachine", "express").concat(":started"), startDate: 0 };
    },
  };
  const roles = Object.fromEntries(actors.map((actor) => [actor, everything]));
  return createLocalAws({ tables, buckets: ["documents"], roles, stepFunctions, ...(before && { before }), ...(onUsage && { onUsage }) });
}

function posted(document: string | UnreadDocument, headers: Record<string, string>): Partial<HttpRequest> {
  if (typeof document === "string") {
    return { headers: { "content-type": "application/json", ...headers }, body: JSON.stringify({ text: document }) };
  }
  const body = Buffer.from(document.bytes).toString("base64");
  return { headers: { "content-type": document.type, ...headers }, body, isBase64Encoded: true };
}

/** An invocation that Lambda ends after so long. */
function lambdaContext(clock: LocalAws["clock"], seconds: number) {
  const end = clock.now() + 1000 * seconds;
  return { getRemainingTimeInMillis: () => end - clock.now() };
}

type Services = ReturnType<typeof servicesOf>;

function servicesOf({ clock }: LocalAws, { documents, s3, signer, stepFunctions }: AwsClients, logLines: LogLine[]) {
  const now = () => Math.floor(clock.now() / 1000);
  const log = (message: unknown, fields: unknown) => logLines.push({ message: String(message), ...(fields as object) });
  return {
    jobs: new JobRepository(documents, "jobs", now),
    documents: new DocumentStore(async () => new ObjectStore(s3, "documents")),
    uploads: new UploadStore(async () => new ObjectStore(s3, "documents"), now),
    client: signer,
    bucketName: "documents",
    related: new RelatedDocuments(new PostingTable(documents, "postings", (milliseconds) => clock.sleep(milliseconds)), now),
    executions: new Executions(stepFunctions, stateMachineArn),
    logger: { info: log, warn: log, error: log } as unknown as StageServices["logger"],
    recordMetrics: () => undefined,
    sleep: (milliseconds: number) => clock.sleep(milliseconds),
    now,
    retentionDays: 7,
  };
}

function routesOf(services: Services): Record<Route, (request: HttpRequest) => Promise<HttpResponse>> {
  return {
    create: createHttpHandler(createJobRoute(services), services.logger),
    upload: createHttpHandler(createUploadRoute(services), services.logger),
    get: createHttpHandler(getJobRoute(services), services.logger),
    text: createHttpHandler(getTextRoute(services), services.logger),
    delete: createHttpHandler(deleteJobRoute(services), services.logger),
  };
}

function handlersOf(
  services: Services,
  attempts: { count: number },
  { stages, relatedDocuments = "count" }: PipelineOptions,
): StageHandlers {
  const all: Stages = { ...plainRuns, ocr: readText, search: runWith(services.related, relatedDocuments), ...stages };
  const stageServices = {
    ...services,
    recordMetrics: () => undefined,
    pace: async () => undefined,
    attemptName: () => `attempt-${++attempts.count}`,
  };
  const handlerOf = <S extends RegisteredStage>(stage: S) => createStageHandler(stage, all[stage.name] as unknown as Run<S>, stageServices);
  return Object.fromEntries(registry.map((stage) => [stage.name, handlerOf(stage)])) as StageHandlers;
}

/** The stages that need nothing but a text. */
const plainRuns = Object.fromEntries(
  await Promise.all(
    registry.map(async (stage) => [stage.name, (await import(`../../functions/stages/${fileName(stage)}/run.ts`)).run] as const),
  ),
) as Stages;

/** OCR of documents that are texts under another name: what a reader makes of an image is tested with the readers. */
const readText: StageFunction<typeof ocr> = (request) => {
  const { document } = request;
  if (typeof document === "string" || document.type === htmlType) return runOcr.whole(request);
  return extractText(Buffer.from(document.bytes).toString().replaceAll("\0", ""));
};

function raise(sentence: string): never {
  throw new Error(sentence);
}
