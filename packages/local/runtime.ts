import type { ChildProcess } from "node:child_process";
import { ExecutionFaults, type ExpressFaults } from "./faults.ts";
import { createHttpApi } from "./http-api/resources.ts";
import { Roles } from "./iam/roles.ts";
import { environmentsPerFunction } from "./lambda/function.ts";
import { LambdaService } from "./lambda/lambda-service.ts";
import type { LocalServices } from "./local-services.ts";
import { evaluateProgram, type Manifest } from "./program/evaluate-program.ts";
import { simulated } from "./program/registry.ts";
import type { DeclaredResource, Place } from "./program/resource-type.ts";
import type { StackConfig } from "./program/stack-config.ts";
import type { TaskCalls } from "./step-functions/integrations.ts";
import { type StepFunctionsOptions, StepFunctionsService } from "./step-functions/step-functions-service.ts";
import { accountId, openStores, region, type Stores, type StoresOptions } from "./stores.ts";
import { ApiServer } from "./transport/api-server.ts";
import { AwsEndpoint, type AwsEndpointOptions } from "./transport/aws-endpoint.ts";
import { listen } from "./transport/http-server.ts";

export interface RuntimeOptions extends StoresOptions {
  readonly config: StackConfig;
  readonly stack: string;
  /** What the program declares, where it has been evaluated already. */
  readonly manifest?: Manifest;
  /** Invocations of all functions that the account lets run at once (1,000). */
  readonly accountConcurrency?: number;
  /** The process that is to evaluate it; a new one where there is none. */
  readonly evaluator?: ChildProcess;
  /** Executions that run at once; by default as many as each function has environments, so that none waits while its time runs. */
  readonly concurrentExecutions?: number;
  /** Where the API listens; the AWS endpoint takes the next port. 0 lets the system choose both. */
  readonly port: number;
  readonly before?: AwsEndpointOptions["before"];
  readonly onExecutionEnd?: StepFunctionsOptions["onEnd"];
  /** How often executions go astray at first; `services.stepFunctions.faults` changes it. */
  readonly faults?: Partial<ExpressFaults>;
  readonly onDenial?: AwsEndpointOptions["onDenial"];
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
  api.deploy(createHttpApi(manifest.resources, services));
  const resumed = services.stepFunctions.resume();
  const running = started.move();
  const warmUp = async () => {
    // One after the other: all at once would keep the machine from what is under way already.
    for (const lambda of services.lambda.all) await lambda.warmUp();
  };
  return { apiUrl: api.url, manifest, services, resumed, warmUp, stop: () => running.disposeAsync() };
}

async function evaluate({ config, stack, manifest, evaluator }: RuntimeOptions, place: Place): Promise<Manifest> {
  if (manifest !== undefined) return manifest;
  const { program, project, values } = config;
  return evaluateProgram({ program, project, stack, config: values, place }, evaluator);
}

async function start(resource: DeclaredResource, services: LocalServices, started: AsyncDisposableStack): Promise<void> {
  const simulator = await simulated[resource.type]?.start?.(resource, services);
  if (simulator !== undefined) started.defer(() => simulator.stop());
}

async function createServices(options: RuntimeOptions, place: Place, started: AsyncDisposableStack): Promise<LocalServices> {
  const { clock, port } = options;
  const stores = await openStores(options, started);
  const roles = new Roles();
  const lambda = new LambdaService(options.accountConcurrency);
  const calls: TaskCalls = {
    invoke: (...call) => endpoint.invoke(...call),
    call: (...call) => endpoint.call(...call),
  };
  const stepFunctions = createStepFunctions(options, stores, calls);
  const { before, onDenial } = options;
  const callers = { credentials: roles.credentials, before, onDenial };
  const endpoint: AwsEndpoint = new AwsEndpoint({ ...place, ...stores, ...callers, clock, stepFunctions, lambda });
  const server = await listen(endpoint, port === 0 ? 0 : port + 1);
  started.defer(() => server.close());
  started.defer(() => endpoint.stop());
  return { ...stores, clock, place, roles, lambda, stepFunctions, endpoint, awsEndpointUrl: server.url };
}

function createStepFunctions(options: RuntimeOptions, stores: Stores, calls: TaskCalls): StepFunctionsService {
  return new StepFunctionsService({
    ...stores,
    clock: options.clock,
    faults: new ExecutionFaults(options.faults),
    concurrency: options.concurrentExecutions ?? environmentsPerFunction,
    calls,
    onEnd: options.onExecutionEnd,
  });
}
