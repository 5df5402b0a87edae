import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Account } from "./account/account.ts";
import { account } from "./account/part.ts";
import type { Location } from "./aws.ts";
import { evaluateProgram, type Manifest } from "./program/evaluate-program.ts";
import { PublishedFunctions } from "./program/published-functions.ts";
import type { StackConfig } from "./program/stack-config.ts";
import type { DeclaredResource, Service } from "./service.ts";
import { allServices, type RunningServices, services } from "./services.ts";
import { RunningStack, type StackOptions } from "./stack.ts";
import { ApiServer } from "./transport/api-server.ts";
import { listen } from "./transport/http-server.ts";

export interface RuntimeOptions extends StackOptions {
  readonly config: StackConfig;
  /** The name of the stack, such as `dev`. */
  readonly stack: string;
  /** The declared resources, where the program has been evaluated already. */
  readonly manifest?: Manifest | undefined;
  /** The process that is to evaluate the program; a new one where there is none. */
  readonly evaluator?: ChildProcess;
  /** Set where the program is to be evaluated again while it runs, by {@link Runtime.update}. */
  readonly isWatched?: boolean;
  /** Called when everything is there and nothing has run yet, for who follows or disturbs what runs. */
  readonly onStart?: ((started: StartedStack) => void) | undefined;
  /** Where the API listens; the AWS endpoint takes the next port. 0 lets the system choose both. */
  readonly port: number;
}

/** The parts of a stack that has started. */
export interface StartedStack {
  readonly apiUrl: string;
  readonly awsEndpointUrl: string;
  /** The latest. */
  readonly manifest: Manifest;
  readonly account: Account;
  readonly services: RunningServices;
  readonly apiServer: Pick<ApiServer, "mountConsole" | "observe">;
}

/** A stack that runs on this machine. */
export interface Runtime extends StartedStack {
  /** Starts an environment of every function ahead of the first call. */
  warmUp(): Promise<void>;
  /**
   * Evaluates the program again, and takes over what has changed, as `pulumi up` would. Data stays, calls and executions under way end
   * on what they began with. One at a time.
   *
   * @returns the resources that have been started or ended.
   * @throws {@link StartError} or an error of one sentence; everything runs on as before.
   */
  update(options: Pick<RuntimeOptions, "config" | "evaluator">): Promise<readonly DeclaredResource[]>;
  /** May be called twice. */
  stop(): Promise<void>;
}

/** The region and account of every local stack. */
export const region = "us-east-1";
export const accountId = "000000000000";

/**
 * Starts what the Pulumi program declares. The API listens at once and answers `503` until all of it runs.
 *
 * @throws {@link StartError} or an error of one sentence; what had been started is stopped again.
 */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  await using started = new AsyncDisposableStack();
  const api = await ApiServer.listen(options.port);
  started.defer(() => api.close());
  const location = { region, accountId, apiUrl: api.url };
  const stack = started.use(new RunningStack(options, location, api));
  api.onFault = stack.onFault;
  const opening = open(stack, options.port);
  const [evaluated] = await Promise.allSettled([evaluate(options, location), opening]);
  await opening; // to its end in any case: what it opens must be known to be closed
  if (evaluated.status === "rejected") throw evaluated.reason;
  const publish = options.isWatched
    ? publisherOf(options, stack)
    : async (manifest: Manifest) => ({ manifest, taken: async () => undefined });
  const first = await publish(evaluated.value);
  for (const resource of first.manifest.resources) {
    const service = serviceOf(resource);
    if (service !== undefined) await stack.start(resource, service);
  }
  await first.taken();
  const parts = {
    ...{ apiUrl: api.url, awsEndpointUrl: stack.awsEndpointUrl, manifest: first.manifest, apiServer: api },
    ...{ account: await stack.use(account), services: await runningServices(stack) },
  };
  options.onStart?.(parts);
  await stack.ready();
  const running = started.move();
  const update: Runtime["update"] = async (changed) => {
    const { manifest, taken } = await publish(await evaluate({ ...options, manifest: undefined, ...changed }, location));
    const changes = await stack.update(manifest.resources, serviceOf);
    parts.manifest = manifest;
    await taken();
    return changes;
  };
  return Object.assign(parts, { update, warmUp: () => warmUp(stack), stop: () => running.disposeAsync() });
}

const serviceOf = ({ type }: DeclaredResource): Service | undefined => allServices.find(({ resourceTypes }) => type in resourceTypes);

/** The copies of the functions' code are in the data folder, or else gone at the end. */
function publisherOf({ config, clock }: RuntimeOptions, stack: RunningStack): PublishedFunctions["publish"] {
  const kept = stack.pathOf("code");
  const folder = kept ?? mkdtempSync(join(tmpdir(), "code-"));
  const functions = new PublishedFunctions(folder, config.folder, clock);
  if (kept === undefined) stack.defer(() => rmSync(folder, { recursive: true }));
  return (manifest) => functions.publish(manifest);
}

/** Those that executions call at once, as resumed ones need all of them; the others one after the other, so that the machine is free for what is in progress. */
async function warmUp(stack: RunningStack): Promise<void> {
  const definitions = (await stack.use(services.stepFunctions)).all.map(({ definition }) => definition).join();
  const lambdas = [...(await stack.use(services.lambda)).all];
  const ofExecutions = lambdas.filter(({ name }) => definitions.includes(`:function:${name}:`));
  await Promise.all(ofExecutions.map((lambda) => lambda.warmUp()));
  for (const lambda of lambdas) await lambda.warmUp();
}

async function evaluate({ config, stack, manifest, evaluator, isWatched }: RuntimeOptions, location: Location): Promise<Manifest> {
  return manifest ?? evaluateProgram({ config, stack, location, ...(isWatched && { isWatched }) }, evaluator);
}

async function open(stack: RunningStack, port: number): Promise<void> {
  await stack.open(allServices);
  const server = await listen(await stack.use(account), port === 0 ? 0 : port + 1, stack);
  stack.defer(() => server.close());
  stack.awsEndpointUrl = server.url;
}

async function runningServices(stack: RunningStack): Promise<RunningServices> {
  const running = Object.entries(services).map(async ([name, service]) => [name, await stack.use<unknown>(service)] as const);
  return Object.fromEntries(await Promise.all(running)) as unknown as RunningServices;
}
