import { z } from "zod";
import type { ExecutionEvent } from "../../step-functions/events.ts";
import type { StatesDefinition } from "./definition-graph.ts";

// The JSON of `/console/api`: schemas for its description and its checks, and the types of the page and the runtime. The page imports
// types only, so that nothing of zod is in its bundle. Times are milliseconds since 1970.

type Immutable<T> = T extends object ? { readonly [Member in keyof T]: Immutable<T[Member]> } : T;
type Of<Schema extends z.ZodType> = Immutable<z.infer<Schema>>;

/** A schema for what is declared elsewhere as a type. */
const schemaOf = <T>(schema: z.ZodType) => schema as z.ZodType<T>;

const time = z.int().describe("Milliseconds since 1970.");
const members = z.record(z.string(), z.unknown());

export const jobStatus = z.enum(["PENDING", "IN_PROGRESS", "DONE", "ERROR"]);
export type JobStatus = Of<typeof jobStatus>;

/** A job in the list. */
export const jobSummary = z.object({
  jobId: z.string(),
  title: z.string().describe("The name of its document where that is known, or its first words."),
  status: jobStatus,
  detail: z.string().describe("The stage of a job that runs, the gist of a result, or the code and the sentence of an error."),
  createdAt: time,
  updatedAt: time.describe("When its record last changed, in milliseconds since 1970."),
});
export type JobSummary = Of<typeof jobSummary>;

const change = z.object({ before: z.unknown().optional(), after: z.unknown().optional() });

/** A write of the job's record. */
const recordWrite = z.object({
  at: time,
  writer: z.string().describe("The name of the function, or else of the role, that wrote."),
  operation: z.string(),
  changes: z.record(z.string(), change).describe("The members that changed, by path; `before` or `after` is absent where there was none."),
});
export type RecordWrite = Of<typeof recordWrite>;

/** A line of a function's log. */
const jobLine = z.object({ at: time, functionName: z.string(), message: z.string() });
export type JobLine = Of<typeof jobLine>;

/** What a job has used that AWS bills. */
const jobUsage = z.object({
  requests: z.record(z.string(), z.int()).describe("Calls of AWS APIs, by service and operation."),
  ...{ readUnits: z.number(), writeUnits: z.number(), gigabyteSeconds: z.number().describe("Of functions.") },
  executionGigabyteSeconds: z.number().describe("Of executions, by 100 ms and 64 MB."),
  ...{ invocations: z.int(), transitions: z.int(), logBytes: z.int() },
  dollars: z.number().describe("US dollars on AWS, for one such job."),
});
export type JobUsage = Of<typeof jobUsage>;

const executionEvent = z.object({
  ...{ id: z.string(), type: z.string(), details: members, previous_event_id: z.string(), execution_arn: z.string() },
  event_timestamp: z.string().describe("Milliseconds since 1970."),
  redrive_count: z.literal("0"),
});

/** One execution of a job's state machine; a job may have several. */
const jobExecution = z.object({
  executionArn: z.string(),
  stateMachineArn: z.string(),
  definition: z.string().describe("The state machine's when the execution began, as JSON."),
  events: z.array(schemaOf<ExecutionEvent>(executionEvent)).describe("As Step Functions logs them to CloudWatch."),
});
export type JobExecution = Of<typeof jobExecution>;

/** The object of a document. */
const jobDocument = z.object({ name: z.string().describe("The last part of its key."), type: z.string().describe("Its media type.") });
export type JobDocument = Of<typeof jobDocument>;

export const jobDetail = z.object({
  summary: jobSummary,
  record: members.describe("The record as it stands in the table."),
  writes: z.array(recordWrite),
  executions: z.array(jobExecution),
  lines: z.array(jobLine),
  usage: jobUsage,
  document: jobDocument.exactOptional().describe("Where it is kept as an object, and the runtime has seen its record before it was read."),
});
export type JobDetail = Of<typeof jobDetail>;

const stats = z.object({
  running: z.int(),
  queued: z.int().describe("Calls that wait for a function."),
  perSecond: z.array(z.int()).describe("Jobs that ended in each of the last 60 seconds, the latest last."),
  faults: z.int().describe("Faults that are switched on."),
});
export type Stats = Of<typeof stats>;

export const listMessage = z.discriminatedUnion("type", [
  z.object({ type: z.literal("hello"), jobs: z.array(jobSummary), stats }).describe("The first one: all jobs."),
  z.object({ type: z.literal("jobs"), jobs: z.array(jobSummary), deleted: z.array(z.string()) }).describe("Those that have changed."),
  z.object({ type: z.literal("stats"), stats }),
]);
export type ListMessage = Of<typeof listMessage>;

export const jobMessage = z.object({ job: jobDetail.nullable().describe("null where there is no such job.") });
export type JobMessage = Of<typeof jobMessage>;

const functionState = z.object({
  ...{ name: z.string(), memoryMiB: z.int(), timeoutSeconds: z.int() },
  ...{ warm: z.int(), busy: z.int(), waiting: z.int().describe("Calls that wait.") },
});
export type FunctionState = Of<typeof functionState>;

const alarmState = z.object({
  ...{ name: z.string(), description: z.string(), metrics: z.array(z.string()) },
  condition: z.string().describe("Comparison and threshold, the period, and the periods of how many that have to breach it."),
  notCounted: z.array(z.string()).describe("What it needs and the local runtime does not know; then it has no state."),
  state: z.enum(["OK", "ALARM", "INSUFFICIENT_DATA"]).exactOptional(),
  value: z
    .number()
    .exactOptional()
    .describe("Of the period, among those that are judged, that is closest to or furthest beyond the threshold."),
});
export type AlarmState = Of<typeof alarmState>;

const definition = z.object({ StartAt: z.string(), States: members }).catchall(z.unknown());

export const stackView = z.object({
  ...{ stack: z.string(), outputs: members, settings: members },
  authorization: z.enum(["NONE", "JWT", "AWS_IAM"]).describe("Of the API's routes."),
  stateMachines: z.array(z.object({ arn: z.string(), name: z.string(), definition: schemaOf<StatesDefinition>(definition) })),
  functions: z.array(functionState),
  alarms: z.array(alarmState).describe("As they would stand on AWS, by what was counted since the start."),
  resources: z.array(z.object({ type: z.string(), name: z.string(), id: z.string() })),
  roles: z.array(z.object({ name: z.string(), used: z.array(z.string()), unused: z.array(z.string()) })),
});
export type StackView = Of<typeof stackView>;

const faultKind = z.enum(["fail", "slow", "hang", "out-of-memory", "throttle", "deny", "lose", "duplicate"]);
/** What a fault does to each call that it meets. */
export type FaultKind = Of<typeof faultKind>;

/** A switch of the faults page. */
const fault = z.strictObject({
  target: z.string().max(200).describe("`function <name>`, `service dynamodb`, or `executions`."),
  kind: faultKind,
  operation: z.string().max(100).exactOptional().describe("The only operation of a service that it meets, such as `UpdateItem`."),
  error: z.string().min(1).max(200).exactOptional().describe("The error's name, of `fail`."),
  milliseconds: z.int().min(1).max(900_000).exactOptional().describe("Of `slow`."),
  calls: z
    .int()
    .min(1)
    .max(1_000_000)
    .exactOptional()
    .describe("Calls that it still meets; absent where it is on until it is switched off."),
});
export type Fault = Of<typeof fault>;

export const faults = z.array(fault).max(200);
export const jobName = z.strictObject({ name: z.string().min(1).max(1_000) });
