import { rmSync } from "node:fs";
import { join } from "node:path";
import { ApiServer } from "./api-server.ts";
import { AwsEndpoint, type AwsEndpointOptions } from "./aws-endpoint/aws-endpoint.ts";
import { listen } from "./aws-endpoint/http-server.ts";
import type { Clock } from "./clock.ts";
import { diskFaultNotice, isDiskFault } from "./disk-fault.ts";
import { DynamoEngine } from "./dynamodb/dynamo-engine.ts";
import { evaluateProgram, type Manifest } from "./evaluate-program.ts";
import { ExecutionFaults, type ExpressFaults } from "./faults.ts";
import { HttpApis } from "./http-api/http-apis.ts";
import { Roles } from "./iam/roles.ts";
import { LambdaService } from "./lambda/lambda-service.ts";
import type { LocalServices } from "./local-services.ts";
import { LogGroups } from "./log-groups.ts";
import { BucketStore } from "./s3/bucket-store.ts";
import { environmentsPerFunction } from "./simulators/lambda-function.ts";
import { simulated } from "./simulators/registry.ts";
import { arn, type DeclaredResource, type Place } from "./simulators/resource-type.ts";
import type { StackConfig } from "./stack-config.ts";
import { ExecutionJournal } from "./step-functions/journal.ts";
import { type StepFunctionsOptions, StepFunctionsService } from "./step-functions/step-functions-service.ts";

export interface RuntimeOptions {
  readonly config: StackConfig;
  readonly stack: string;
  /** What the program declares, where it has been evaluated already. */
  readonly manifest?: Manifest;
  readonly clock: Clock;
  /** Invocations of all functions that the account lets run at once (1,000). */
  readonly accountConcurrency?: number;
  /** Where the API listens; the AWS endpoint takes the next port. 0 lets the system choose both. */
  readonly port: number;
  /** Where the data lies; nowhere but in memory where there is none. */
  readonly dataFolder?: string | undefined;
  readonly reset?: boolean;
  readonly before?: AwsEndpointOptions["before"];
  readonly onExecutionEnd?: StepFunctionsOptions["onEnd"];
  /** How often executions go astray at first; `services.stepFunctions.faults` changes it. */
  readonly faults?: Partial<ExpressFaults>;
  readonly onDenial?: AwsEndpointOptions["onDenial"];
  /** Told of what a person should know, in one sentence. */
  readonly onNotice?: (sentence: string) => void;
  /** Told of faults of the runtime's own. */
  readonly onFault: (error: unknown) => void;
}

/** A stack that runs on this machine. */
export interface Runtime {
  readonly apiUrl: string;
  readonly manifest: Manifest;
  readonly services: LocalServices;
  /** How many executions an earlier process had left under way. */
  readonly resumed: number;
  /** Starts an environment of every function ahead of the first call. */
  warmUp(): Promise<void>;
  stop(): Promise<void>;
}

const region = "us-east-1";
const accountId = "000000000000";

/**
 * Starts what the Pulumi program declares. The API listens at once and answers `503` until all of it runs.
 *
 * @throws {@link StartError} or an error of one sentence; what had been started is stopped again.
 */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  await using started = new AsyncDisposableStack();
  const api = await ApiServer.listen(options.port);
  started.defer(() => api.close());
  const place = { region, accountId, apiUrl: api.url };
  const [manifest, services] = await Promise.all([evaluate(options, place), createServices(options, place, started)]);
  for (const resource of manifest.resources) await start(resource, services, started);
  api.deploy(services.httpApis.deploy());
  const resumed = services.stepFunctions.resume();
  const running = started.move();
  const warmUp = async () => {
    await Promise.all(Array.from(services.lambda.all, (lambda) => lambda.warmUp()));
  };
  return { apiUrl: api.url, manifest, services, resumed, warmUp, stop: () => running.disposeAsync() };
}

async function evaluate({ config, stack, manifest }: RuntimeOptions, place: Place): Promise<Manifest> {
  if (manifest !== undefined) return manifest;
  const { program, project, values } = config;
  return evaluateProgram({ program, project, stack, config: values, place });
}

async function start(resource: DeclaredResource, services: LocalServices, started: AsyncDisposableStack): Promise<void> {
  const simulator = await simulated[resource.type]?.start?.(resource, services);
  if (simulator !== undefined) started.defer(() => simulator.stop());
}

async function createServices(options: RuntimeOptions, place: Place, started: AsyncDisposableStack): Promise<LocalServices> {
  const { clock, port, onNotice = () => undefined } = options;
  const onDiskFault = diskFaultNotice(clock, onNotice);
  const onFault = (error: unknown) => (isDiskFault(error) ? onDiskFault(error) : options.onFault(error));
  const folders = foldersIn(options.dataFolder);
  const openTables = () => DynamoEngine.open({ clock, region, accountId, onDiskFault, ...(folders && { folder: folders.tables }) });
  if (options.reset) await empty(folders, openTables);
  const dynamo = await openTables();
  started.defer(() => dynamo.close());
  const buckets = new BucketStore({ clock, ...(folders && { folder: folders.buckets }) });
  started.defer(() => buckets.close());
  const logs = new LogGroups(folders?.logs, clock, onDiskFault);
  started.defer(() => logs.close());
  const journal = new ExecutionJournal(folders?.journal);
  started.defer(() => journal.close());
  const roles = new Roles();
  const lambda = new LambdaService(options.accountConcurrency);
  const stepFunctions: StepFunctionsService = new StepFunctionsService({
    clock,
    journal,
    faults: new ExecutionFaults(options.faults),
    // Lambda's concurrency bounds them on AWS; here none waits for an environment while its time runs.
    concurrency: environmentsPerFunction,
    calls: {
      invoke: (...call) => endpoint.invoke(...call),
      call: (...call) => endpoint.call(...call),
    },
    onFault,
    onDiskFault,
    onNotice,
    onEnd: options.onExecutionEnd,
  });
  const endpoint: AwsEndpoint = new AwsEndpoint({
    region,
    accountId,
    credentials: roles.credentials,
    dynamo,
    buckets,
    stepFunctions,
    lambda,
    clock,
    onFault,
    before: options.before,
    onDenial: options.onDenial,
  });
  const server = await listen(endpoint, port === 0 ? 0 : port + 1);
  started.defer(() => server.close());
  started.defer(() => endpoint.stop());
  const httpApis = new HttpApis({ accountId, domainName: new URL(place.apiUrl).host, clock, lambda, logs, sourceArnOf: sourceArn(place) });
  return { clock, place, logs, dynamo, buckets, roles, lambda, stepFunctions, httpApis, endpoint, onFault, awsEndpointUrl: server.url };
}

interface DataFolders {
  readonly tables: string;
  readonly buckets: string;
  readonly logs: string;
  readonly journal: string;
}

function foldersIn(folder: string | undefined): DataFolders | undefined {
  if (folder === undefined) return undefined;
  const path = (name: string) => join(folder, name);
  return { tables: path("tables"), buckets: path("buckets"), logs: path("logs"), journal: path("executions.jsonl") };
}

/** Empties the data folder, if nobody else has it open: whoever has opens the tables first. */
async function empty(folders: DataFolders | undefined, openTables: () => Promise<DynamoEngine>): Promise<void> {
  if (folders === undefined) return;
  await (await openTables()).close();
  for (const path of Object.values(folders)) rmSync(path, { recursive: true, force: true });
}

/** The ARN under which an API calls a function: of the route in its stage. */
function sourceArn(place: Place): (apiId: string, routeKey: string) => string {
  return (apiId, routeKey) => arn(place, "execute-api", `${apiId}/$default/${routeKey.replace(" /", "/")}`);
}
