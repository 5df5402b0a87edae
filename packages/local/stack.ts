import { chmodSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Location } from "./aws.ts";
import type { Clock } from "./clock.ts";
import { DamagedDataError, diskFaultNotice, isDiskFault } from "./disk-fault.ts";
import { removeOwn } from "./own-files.ts";
import type { Api, DeclaredResource, Ending, HttpHandler, Opened, Part, Service, Stack } from "./service.ts";
import { StartError } from "./start-error.ts";

export interface StackOptions extends Pick<Stack, "clock" | "onUsage" | "onFault">, Partial<Pick<Stack, "onNotice">> {
  /** The data folder; data is only in memory where there is none. */
  readonly dataFolder?: string | undefined;
  /** Empties the data folder first. */
  readonly reset?: boolean;
}

/** The services of a stack and its account, each opened once, and what stops them again. */
export class RunningStack implements Stack, AsyncDisposable {
  readonly clock: Clock;
  readonly location: Location;
  readonly apiServer: Stack["apiServer"];
  readonly apis = new Map<string, Api>();
  readonly onUsage: Stack["onUsage"];
  readonly onNotice: Stack["onNotice"];
  readonly onDiskFault: Stack["onDiskFault"];
  readonly onFault: Stack["onFault"];
  awsEndpointUrl = "";
  readonly #options: StackOptions;
  readonly #opened = new Map<Part<unknown>, Promise<Opened<unknown>>>();
  readonly #closing = new AsyncDisposableStack();
  /** By type and id. */
  readonly #resources = new Map<string, RunningResource>();

  constructor(options: StackOptions, location: Location, apiServer: { deploy(api: HttpHandler): void }) {
    this.#options = options;
    this.clock = options.clock;
    this.location = location;
    this.apiServer = apiServer;
    this.onUsage = options.onUsage;
    this.onNotice = options.onNotice ?? (() => undefined);
    this.onDiskFault = diskFaultNotice(this.clock, this.onNotice);
    this.onFault = (error) => {
      if (error instanceof DamagedDataError) this.onNotice(error.message);
      else if (isDiskFault(error)) this.onDiskFault(error);
      else options.onFault(error);
    };
  }

  readonly pathOf = (name: string): string | undefined => {
    const { dataFolder } = this.#options;
    return dataFolder === undefined ? undefined : join(dataFolder, name);
  };

  async use<Instance>(part: Part<Instance>): Promise<Instance> {
    const opened = this.#opened.get(part) ?? this.#open(part);
    this.#opened.set(part, opened);
    return (await opened).instance as Instance;
  }

  /**
   * Opens services.
   *
   * @throws an error of one sentence where the data folder is in use or cannot be written, or holds a damaged file.
   */
  async open(services: readonly Service[]): Promise<void> {
    const { dataFolder, reset } = this.#options;
    const locking = services.filter(({ locksDataFolder }) => locksDataFolder);
    if (dataFolder !== undefined) createPrivate(dataFolder);
    if (reset) await this.#empty(locking, services);
    for (const service of [...locking, ...services]) await this.use(service);
    for (const { keeps } of services) this.#makePrivate(keeps);
  }

  /** Starts a resource of a service. */
  async start(resource: DeclaredResource, service: Service): Promise<void> {
    const ending = (await service.resourceTypes[resource.type]?.start(resource, await this.use(service), this)) ?? {};
    if (ending.stop !== undefined) this.#closing.defer(ending.stop);
    this.#resources.set(keyOf(resource), { resource, service, ending, hasEnded: false });
  }

  /** Tells every service that all resources have started, or that some have changed. */
  async ready(): Promise<void> {
    for (const opened of this.#opened.values()) (await opened).ready?.();
  }

  /**
   * Takes over what a program declares now: starts what is new or has changed, and ends what was replaced and what is gone.
   *
   * @returns the resources that have been started or ended.
   * @throws what a service refuses. Then everything runs on as before.
   */
  async update(
    declared: readonly DeclaredResource[],
    serviceOf: (resource: DeclaredResource) => Service | undefined,
  ): Promise<readonly DeclaredResource[]> {
    const before = new Map(this.#resources);
    const all = declared.flatMap((resource) => {
      const service = serviceOf(resource);
      return service === undefined ? [] : [{ resource, service }];
    });
    const kept = new Set(all.map(({ resource }) => keyOf(resource)));
    const changed = all.filter(({ resource }) => !isDeepStrictEqual(before.get(keyOf(resource))?.resource, resource));
    const gone = [...before].filter(([key]) => !kept.has(key));
    try {
      await this.#exchange(changed, gone);
    } catch (error) {
      const touched = [...before].filter(([key, running]) => this.#resources.get(key) !== running);
      const added = [...this.#resources].filter(([key]) => !before.has(key));
      await this.#exchange(
        touched.map(([, running]) => running),
        added,
      );
      for (const [, running] of touched) await end(running);
      throw error;
    }
    return [...changed, ...gone.map(([, running]) => running)].map(({ resource }) => resource);
  }

  async #exchange(starting: readonly Declared[], gone: readonly (readonly [key: string, RunningResource])[]): Promise<void> {
    const ending = gone.map(([, running]) => running);
    for (const { resource, service } of starting) {
      const replaced = this.#resources.get(keyOf(resource));
      await this.start(resource, service);
      if (replaced !== undefined) ending.push(replaced);
    }
    for (const [key] of gone) this.#resources.delete(key);
    for (const running of ending) await end(running);
    await this.ready();
  }

  /** Registers what is done when the stack stops, in reverse order. */
  defer(stop: () => void | Promise<void>): void {
    this.#closing.defer(stop);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#closing.disposeAsync();
  }

  async #open(part: Part<unknown>): Promise<Opened<unknown>> {
    const opened = await part.open(this);
    if (opened.close !== undefined) this.#closing.defer(() => opened.close?.());
    if (opened.api !== undefined && isService(part)) this.apis.set(part.name, opened.api);
    return opened;
  }

  /** @throws an error of one sentence where another process has the folder open; what is damaged is about to be removed. */
  async #tryLock(service: Service): Promise<void> {
    try {
      await (await service.open(this)).close?.();
    } catch (error) {
      if (!(error instanceof DamagedDataError)) throw error;
    }
  }

  /** Others on this machine have no business with the documents in it. */
  #makePrivate(keeps: string | undefined): void {
    const path = keeps === undefined ? undefined : this.pathOf(keeps);
    const stats = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
    if (path !== undefined && stats !== undefined) chmodSync(path, stats.isDirectory() ? 0o700 : 0o600);
  }

  /** Removes the data that services have created, if no other process has the folder open. */
  async #empty(locking: readonly Service[], services: readonly Service[]): Promise<void> {
    for (const service of locking) await this.#tryLock(service);
    for (const { keeps, ownFiles } of services) {
      const path = keeps === undefined ? undefined : this.pathOf(keeps);
      const [left] = path === undefined ? [] : removeOwn(path, ownFiles);
      if (left !== undefined) this.onNotice(`${left} is left where it is: npm start did not create it.`);
    }
  }
}

interface Declared {
  readonly resource: DeclaredResource;
  readonly service: Service;
}

interface RunningResource extends Declared {
  readonly ending: Ending;
  hasEnded: boolean;
}

const keyOf = ({ type, id }: DeclaredResource): string => `${type} ${id}`;

async function end(running: RunningResource): Promise<void> {
  if (running.hasEnded) return;
  running.hasEnded = true;
  const { remove, stop } = running.ending;
  if (remove === undefined) await stop?.();
  else remove();
}

/** One that is there already stays as it is: it may hold other things. */
function createPrivate(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new StartError(`The data folder ${folder} cannot be created (${code}); choose another with --data.`);
  }
}

const isService = (part: Part<unknown>): part is Service => "resourceTypes" in part;
