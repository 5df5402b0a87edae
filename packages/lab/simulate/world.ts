import { isOpen, type Job } from "../../../functions/jobs/job.ts";
import { account as accountPart } from "../../local/account/part.ts";
import { arn } from "../../local/aws.ts";
import { dynamodb } from "../../local/dynamodb/service.ts";
import type { Principal } from "../../local/iam/roles.ts";
import { iam } from "../../local/iam/service.ts";
import { lambdaApi } from "../../local/lambda/lambda-api.ts";
import type { Manifest } from "../../local/program/evaluate-program.ts";
import { s3 } from "../../local/s3/service.ts";
import type { Api, DeclaredResource, Service } from "../../local/service.ts";
import { RunningStack } from "../../local/stack.ts";
import { stepFunctionsApi } from "../../local/step-functions/service.ts";
import { SimulatedApi } from "./api.ts";
import { type AwsCall, AwsCalls, type Invocation } from "./aws-calls.ts";
import type { Chance } from "./chance.ts";
import { Executions, type StateMachineSpec } from "./executions.ts";
import type { Faults } from "./faults.ts";
import { LaggingIndexes } from "./lagging-indexes.ts";
import { type FunctionSpec, SimulatedLambda } from "./lambda.ts";
import type { Promises } from "./promises.ts";
import { type Fields, MemoryTables, runtimeTables, type TableKeys, type Tables } from "./tables.ts";
import type { Timeline } from "./timeline.ts";

export interface WorldOptions {
  readonly manifest: Manifest;
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly faults: Faults;
  readonly promises: Promises;
  /** The runtime's own tables, or quicker ones. */
  readonly tables: "memory" | "runtime";
}

export const location = { region: "us-east-1", accountId: "000000000000", apiUrl: "http://127.0.0.1:3000" };

/** Resources that hold something or allow something; what runs by itself is started here in another way. */
const started: readonly Service[] = [dynamodb, s3, iam];

/** The stack of the program, its parts in this process: stores and permissions of the runtime, functions and executions in virtual time. */
export class World {
  readonly api: SimulatedApi;
  readonly executions: Executions;
  readonly lambda: SimulatedLambda;
  readonly calls: AwsCalls;
  readonly tables: Tables;
  readonly buckets: Awaited<ReturnType<typeof openStack>>["buckets"];
  readonly account: Awaited<ReturnType<typeof openStack>>["account"];
  /** The records of the jobs table, claims among them. */
  readonly records = new Map<string, Job>();
  /** Who calls the sweeper. */
  readonly sweeper: Principal;
  readonly #stack: RunningStack;
  readonly #options: WorldOptions;
  readonly #indexes: LaggingIndexes;
  readonly #table: string;

  static async create(options: WorldOptions): Promise<World> {
    return new World(options, await openStack(options));
  }

  private constructor(options: WorldOptions, { stack, dynamo, buckets, roles, account }: Awaited<ReturnType<typeof openStack>>) {
    const { manifest, timeline, chance, faults, promises, tables } = options;
    this.#options = options;
    this.#stack = stack;
    this.tables = tables === "runtime" ? runtimeTables(dynamo) : new MemoryTables(tableKeysOf(manifest));
    const ofRuntime = stack.apis.get("dynamodb") as Api;
    stack.apis.set("dynamodb", { ...ofRuntime, run: ({ operation, input }) => this.tables.execute(operation, input as Fields) });
    this.buckets = buckets;
    this.account = account;
    this.sweeper = roles.assume(outputOf(manifest, "aws:iam/role:Role", "sweeper", "arn"), "scheduler.amazonaws.com");
    account.ledger.onDenial(({ roleName, action, resource }) => {
      // S3 asks for this permission itself, to know what it may tell of an object that is missing.
      if (action !== "s3:ListBucket") promises.fail("not-permitted", `${roleName} may not ${action} on ${resource}.`);
    });
    this.#table = outputOf(manifest, "aws:dynamodb/table:Table", "jobs", "name");
    this.#indexes = new LaggingIndexes(timeline, chance, faults);
    this.calls = new AwsCalls(account, timeline, chance, faults, (call, output, invocation) => this.#afterEffect(call, output, invocation));
    const shared = { timeline, chance, faults, calls: this.calls };
    this.lambda = new SimulatedLambda(functionsOf(manifest, roles), {
      ...shared,
      onLog: (name, line) => {
        timeline.note(`log of ${name}: ${line}`);
        promises.sawLog(name, line);
      },
    });
    this.executions = new Executions(stateMachineOf(manifest, roles), {
      ...shared,
      onEvent: (event) => {
        promises.sawText("An event of an execution", JSON.stringify(event));
        promises.sawEvent(event);
      },
      onDefect: (error) => promises.fail("defect", String((error as Error).stack)),
    });
    this.api = new SimulatedApi({ ...shared, lambda: this.lambda, onAnswer: (answer) => promises.answered(answer) });
    stack.apis.set("states", stepFunctionsApi(this.executions) as Api);
    const queue = { accept: () => undefined };
    stack.apis.set("lambda", lambdaApi(this.lambda, queue, location) as Api);
  }

  /** The runtime dies and comes back: what was in memory is gone, what was written is not. */
  restart(milliseconds: number): void {
    const { timeline } = this.#options;
    timeline.note("the runtime dies");
    this.calls.epoch++;
    this.lambda.die();
    this.executions.die();
    this.api.die(milliseconds);
    timeline.after(milliseconds, () => this.executions.resume());
  }

  /** Nothing runs, and no job is open. */
  get isQuiet(): boolean {
    return (
      this.executions.underWay === 0 &&
      ![...this.records.values()].some((job) => !("claimedBy" in job) && isOpen(job) && job.deadlineAt > 0)
    );
  }

  close(): Promise<void> {
    return this.#stack[Symbol.asyncDispose]();
  }

  /** Deletes what has expired, as DynamoDB does. */
  async deleteExpired(): Promise<void> {
    const now = this.#options.timeline.now() / 1_000;
    for (const [jobId, { expiresAt }] of this.records) {
      if (expiresAt >= now) continue;
      await this.tables.execute("DeleteItem", { TableName: this.#table, Key: { jobId } });
      await this.#look(jobId);
    }
  }

  async kept(): Promise<{ records: Job[]; objects: string[]; postings: { ownerTerm: string; place: string }[] }> {
    const { Items } = await this.tables.execute("Scan", { TableName: this.#table.replace("jobs", "postings") });
    const bucket = this.buckets.buckets[0]?.name ?? "";
    return {
      records: [...this.records.values()].filter((record) => !("claimedBy" in record)),
      objects: this.buckets.list(bucket, "").map(({ key }) => key),
      postings: Items as { ownerTerm: string; place: string }[],
    };
  }

  async #afterEffect({ service, operation, input }: AwsCall, output: Fields, invocation: Invocation): Promise<void> {
    if (/^(PutObject|CopyObject)$/.test(operation)) this.#options.promises.written(String(input["key"]), invocation);
    if (operation === "BatchWriteItem") this.#posted(input, invocation);
    if (service !== "dynamodb" || input["TableName"] !== this.#table) return;
    if (operation === "Query") this.#indexes.answer(input, output as Record<string, unknown>);
    const { jobId } = (input["Key"] ?? input["Item"] ?? {}) as Fields;
    if (/^(Put|Update|Delete)Item$/.test(operation)) await this.#look(String(jobId), invocation);
  }

  #posted({ RequestItems }: Fields, invocation: Invocation): void {
    const [requests = []] = Object.values(RequestItems as Record<string, { readonly PutRequest?: { readonly Item: Fields } }[]>);
    for (const { PutRequest: put } of requests)
      if (put !== undefined) this.#options.promises.written(`${put.Item["ownerTerm"]} ${put.Item["place"]}`, invocation);
  }

  /** Looks at a record that may have changed. */
  async #look(jobId: string, invocation?: Invocation): Promise<void> {
    const { Item } = await this.tables.execute("GetItem", { TableName: this.#table, Key: { jobId }, ConsistentRead: true });
    const after = Item as Job | undefined;
    this.#options.promises.changed(this.records.get(jobId), after, invocation);
    this.#indexes.changed(jobId, after);
    if (after === undefined) this.records.delete(jobId);
    else this.records.set(jobId, after);
    this.#options.timeline.note(`record ${jobId} ${after === undefined ? "gone" : `${after.status} v${after.version}`}`);
  }
}

async function openStack({ manifest, timeline, promises }: WorldOptions) {
  const onFault = (error: unknown) => promises.fail("defect", String((error as Error).stack ?? error));
  // Nothing repeats itself: what is deleted in time is deleted when the run says so.
  const clock = { now: () => timeline.now(), sleep: untilAborted };
  const stack = new RunningStack({ clock, onFault }, location, { deploy: () => undefined });
  await stack.open(started);
  for (const resource of manifest.resources) {
    const service = started.find(({ resourceTypes }) => resource.type in resourceTypes);
    if (service !== undefined) await stack.start(resource, service);
  }
  const [dynamo, buckets, roles, account] = [
    await stack.use(dynamodb),
    await stack.use(s3),
    await stack.use(iam),
    await stack.use(accountPart),
  ];
  return { stack, dynamo, buckets, roles, account };
}

const untilAborted = (_: number, signal?: AbortSignal): Promise<void> =>
  new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));

const tableKeysOf = (manifest: Manifest): ReadonlyMap<string, TableKeys> =>
  new Map(
    ofType(manifest, "aws:dynamodb/table:Table").map(({ inputs, outputs }) => [String(outputs["name"]), inputs as unknown as TableKeys]),
  );

type Roles = Awaited<ReturnType<typeof openStack>>["roles"];

const ofType = ({ resources }: Manifest, type: string): DeclaredResource[] => resources.filter((resource) => resource.type === type);

function outputOf(manifest: Manifest, type: string, name: string, output: string): string {
  return String(ofType(manifest, type).find((resource) => resource.name === name)?.outputs[output]);
}

function functionsOf(manifest: Manifest, roles: Roles): FunctionSpec[] {
  return ofType(manifest, "aws:lambda/function:Function").map(({ name, inputs, outputs }) => ({
    name,
    arn: String(outputs["arn"]),
    principal: roles.assume(String(inputs["role"]), "lambda.amazonaws.com", name),
    timeoutSeconds: Number(inputs["timeout"]),
    variables: (inputs["environment"] as { variables: Record<string, string> }).variables,
  }));
}

function stateMachineOf(manifest: Manifest, roles: Roles): StateMachineSpec {
  const [machine] = ofType(manifest, "aws:sfn/stateMachine:StateMachine");
  if (machine === undefined) throw new Error("The program has no state machine.");
  const { inputs, outputs } = machine;
  const [roleArn, definition] = [String(inputs["roleArn"]), String(inputs["definition"])];
  return {
    name: String(outputs["name"]),
    arn: String(outputs["arn"]),
    roleArn,
    definition,
    principal: roles.assume(roleArn, "states.amazonaws.com"),
  };
}

export const functionArn = (name: string): string => arn(location, "lambda", `function:async-text-processing-dev-${name}`);
