import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { createJobRoute } from "../../functions/lib/create-job.ts";
import { deleteJobRoute } from "../../functions/lib/delete-job.ts";
import { DocumentStore } from "../../functions/lib/document-store.ts";
import { Executions } from "../../functions/lib/executions.ts";
import { createHttpHandler, type HttpResponse } from "../../functions/lib/http.ts";
import type { Job, JobKey, Stage } from "../../functions/lib/job.ts";
import { JobRepository } from "../../functions/lib/job-repository.ts";
import { extractText } from "../../functions/lib/ocr/extract-text.ts";
import { getJobRoute, getTextRoute } from "../../functions/lib/read-job.ts";
import { PostingTable } from "../../functions/lib/search/posting-table.ts";
import { RelatedDocuments } from "../../functions/lib/search/related-documents.ts";
import { type RelatedDocumentsMode, searchStage } from "../../functions/lib/search/search-stage.ts";
import { analyseSentiment } from "../../functions/lib/sentiment/analyse-sentiment.ts";
import { createStageHandler, type StageFunction, type StageServices } from "../../functions/lib/stage-handler.ts";
import { sweepJobs } from "../../functions/lib/sweep-jobs.ts";
import { countWords } from "../../functions/lib/words.ts";
import type { Input } from "../../local/dynamodb/dynalite.ts";
import type { ExecutionEvent } from "../../local/step-functions/events.ts";
import { isKnownResource } from "../../local/step-functions/integrations.ts";
import { StatesError } from "../../local/step-functions/errors.ts";
import { StateMachine, type ExecutionOutcome } from "../../local/step-functions/state-machine.ts";
import type { TaskRequest } from "../../local/step-functions/thread.ts";
import { fillPlaceholders, readDefinition } from "../../statemachine/definition.ts";
import { AwsError } from "../../local/aws-error.ts";
import { type AwsClients, createLocalAws, type LocalAws, type LocalAwsOptions } from "./local-aws.ts";

export const tables = [
  {
    TableName: "jobs",
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: [{ AttributeName: "jobId", KeyType: "HASH" }],
    AttributeDefinitions: [
      { AttributeName: "jobId", AttributeType: "S" },
      { AttributeName: "openShard", AttributeType: "N" },
      { AttributeName: "dueAt", AttributeType: "N" },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: "open-jobs",
        KeySchema: [
          { AttributeName: "openShard", KeyType: "HASH" },
          { AttributeName: "dueAt", KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: "KEYS_ONLY" },
      },
    ],
    TimeToLiveSpecification: { AttributeName: "expiresAt", Enabled: true },
  },
  {
    TableName: "postings",
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: [
      { AttributeName: "ownerTerm", KeyType: "HASH" },
      { AttributeName: "place", KeyType: "RANGE" },
    ],
    AttributeDefinitions: [
      { AttributeName: "ownerTerm", AttributeType: "S" },
      { AttributeName: "place", AttributeType: "S" },
    ],
  },
];

export type Stages = { readonly [S in Stage]: StageFunction<S> };

/** A log line of a function, its fields with the message. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly message: string };

export interface PipelineOptions extends Pick<LocalAwsOptions, "before" | "onCall"> {
  readonly relatedDocuments?: RelatedDocumentsMode;
  /** Stages in place of the real ones. */
  readonly stages?: Partial<Stages>;
  /** Roles that may do everything, each with clients of its own: `before` tells calls apart by them. */
  readonly actors?: readonly string[];
}

/** The whole pipeline in this process: the real functions, the real definition, DynamoDB and S3 in memory, a clock turned by hand. */
export interface Pipeline {
  readonly aws: LocalAws;
  readonly jobs: JobRepository;
  readonly related: RelatedDocuments;
  /** What create-job and the sweeper have started, in their order; nothing runs by itself. */
  readonly started: JobKey[];
  readonly logLines: LogLine[];
  readonly events: ExecutionEvent[];
  request(route: "create" | "get" | "text" | "delete", event: Partial<APIGatewayProxyEventV2>): Promise<HttpResponse>;
  /** `POST /jobs` with a text; the execution that it asks for has not begun. */
  submit(text: string, headers?: Record<string, string>): Promise<JobKey>;
  /** One stage's Lambda, called as the state machine would. */
  runStage(stage: Stage, key: JobKey, actor?: string): Promise<unknown>;
  /** One execution of the definition, from its beginning. */
  execute(key: JobKey, actor?: string): Promise<ExecutionOutcome>;
  sweep(): ReturnType<typeof sweepJobs>;
  record(jobId: string): Promise<Job | undefined>;
}

const everything = [{ Effect: "Allow", Action: "*", Resource: "*" }];

export async function createPipeline(options: PipelineOptions = {}): Promise<Pipeline> {
  const { before, onCall, actors = [], stages, relatedDocuments = "count" } = options;
  const started: JobKey[] = [];
  const logLines: LogLine[] = [];
  const events: ExecutionEvent[] = [];
  const stepFunctions = {
    call: async (_: string, { input }: Readonly<Record<string, unknown>>) => {
      started.push(JSON.parse(String(input)));
      return { executionArn: "arn:aws:states:eu-central-1:123456789012:express:process-job:started", startDate: 0 };
    },
  };
  const roles = Object.fromEntries(actors.map((actor) => [actor, everything]));
  const aws = await createLocalAws({ tables, buckets: ["documents"], roles, stepFunctions, ...(before && { before }), ...(onCall && { onCall }) });
  const now = () => Math.floor(aws.clock.now() / 1000);
  const log = (message: unknown, fields: unknown) => logLines.push({ message: String(message), ...(fields as object) });
  const logger = { info: log, warn: log, error: log } as unknown as StageServices["logger"] & { warn: typeof log };
  const servicesOf = ({ documents, s3, stepFunctions: sfn }: AwsClients) => ({
    jobs: new JobRepository(documents, "jobs", now),
    documents: new DocumentStore(s3, "documents"),
    related: new RelatedDocuments(new PostingTable(documents, "postings", (milliseconds) => aws.clock.sleep(milliseconds)), now),
    executions: new Executions(sfn, "arn:aws:states:eu-central-1:123456789012:stateMachine:process-job"),
    logger: logger as never,
    now,
    retentionDays: 7,
  });
  const admin = servicesOf(aws);
  const routes = {
    create: createHttpHandler(createJobRoute(admin)),
    get: createHttpHandler(getJobRoute(admin)),
    text: createHttpHandler(getTextRoute(admin)),
    delete: createHttpHandler(deleteJobRoute(admin)),
  };
  let attempts = 0;
  const handlersOf = (actor: string) => {
    const services = servicesOf(actor === "admin" ? aws : aws.clientsOf(actor));
    const stageServices = { ...services, logger, pace: async () => undefined, attemptName: () => `attempt-${++attempts}` };
    const all: Stages = {
      ocr: ({ text }) => extractText(text),
      ml_inference: ({ text }) => ({ result: { stage: "ml_inference", ...analyseSentiment(text), tokenCount: countWords(text) } }),
      search: searchStage(services.related, relatedDocuments),
      ...stages,
    };
    return {
      ocr: createStageHandler("ocr", all.ocr, stageServices),
      ml_inference: createStageHandler("ml_inference", all.ml_inference, stageServices),
      search: createStageHandler("search", all.search, stageServices),
    };
  };
  const handlers = new Map(["admin", ...actors].map((actor) => [actor, handlersOf(actor)]));
  const machines = new Map(["admin", ...actors].map((actor) => [actor, stateMachineOf(aws, actor, handlers.get(actor) ?? handlersOf(actor))]));
  let executions = 0;
  return {
    aws,
    jobs: admin.jobs,
    related: admin.related,
    started,
    logLines,
    events,
    request: (route, event) => routes[route](httpEvent(event)),
    submit: async (text, headers = {}) => {
      const answer = await routes.create(httpEvent({ headers: { "content-type": "application/json", ...headers }, body: JSON.stringify({ text }) }));
      if (answer.statusCode !== 202) throw new Error(`POST /jobs answered ${answer.statusCode}: ${answer.body}`);
      const { jobId } = JSON.parse(answer.body ?? "");
      return started.find((key) => key.jobId === jobId) ?? { jobId, generation: (await admin.jobs.get(jobId))?.generation ?? "" };
    },
    runStage: (stage, key, actor = "admin") => (handlers.get(actor) ?? handlersOf(actor))[stage](key),
    execute: async (key, actor = "admin") => {
      const machine = machines.get(actor);
      if (machine === undefined) throw new Error(`There is no actor ${actor}.`);
      const executionArn = `arn:aws:states:eu-central-1:123456789012:express:process-job:${key.jobId}:${++executions}`;
      return machine.execute({ jobId: key.jobId, generation: key.generation }, { name: key.jobId, executionArn, onEvent: (event) => events.push(event) });
    },
    sweep: () => sweepJobs(admin),
    record: async (jobId) => {
      const { GetCommand } = await import("@aws-sdk/lib-dynamodb");
      return (await aws.documents.send(new GetCommand({ TableName: "jobs", Key: { jobId }, ConsistentRead: true }))).Item as Job | undefined;
    },
  };
}

type Handlers = { readonly [S in Stage]: (key: JobKey) => Promise<unknown> };

function stateMachineOf(aws: LocalAws, actor: string, handlers: Handlers): StateMachine {
  const principal = [...aws.principals.values()].find(({ roleName }) => roleName === actor);
  if (principal === undefined) throw new Error(`There is no role ${actor}.`);
  const runTask = async ({ resource, arguments: given }: TaskRequest) => {
    const input = given as Input;
    if (resource.endsWith("dynamodb:updateItem")) return aws.endpoint.call("dynamodb", "UpdateItem", input, principal).catch(asTaskError);
    return { Payload: await handlers[input["FunctionName"] as Stage](input["Payload"] as JobKey).catch(asFunctionError) };
  };
  return new StateMachine(
    fillPlaceholders(readDefinition(), { OcrFunctionArn: "ocr", MlInferenceFunctionArn: "ml_inference", SearchFunctionArn: "search", JobsTableName: "jobs" }),
    {
      name: "process-job",
      arn: "arn:aws:states:eu-central-1:123456789012:stateMachine:process-job",
      roleArn: `arn:aws:iam::123456789012:role/${actor}`,
      clock: aws.clock,
      random: () => 0.5,
      runTask,
      knownResources: isKnownResource,
    },
  );
}

function asTaskError(error: unknown): never {
  throw error instanceof AwsError ? new StatesError(`DynamoDB.${error.name}`, error.message) : error;
}

function asFunctionError(error: Error): never {
  throw new StatesError(error.name, JSON.stringify({ errorType: error.name, errorMessage: error.message }));
}

/** An event of the HTTP API, payload 2.0, with what the functions read of one. */
export function httpEvent(event: Partial<APIGatewayProxyEventV2>): APIGatewayProxyEventV2 {
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: "/jobs",
    rawQueryString: "",
    headers: {},
    isBase64Encoded: false,
    requestContext: { requestId: "request-1", http: { method: "POST" } } as APIGatewayProxyEventV2["requestContext"],
    ...event,
  };
}
