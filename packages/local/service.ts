import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { AwsRequest, AwsResponse, Location } from "./aws.ts";
import type { Clock } from "./clock.ts";
import type { Usage } from "./usage.ts";

export type Properties = Readonly<Record<string, unknown>>;

/** A resource as the Pulumi program has declared it, its inputs resolved. */
export interface DeclaredResource {
  /** Pulumi's type token, such as `aws:lambda/function:Function`. */
  readonly type: string;
  /** The logical name. */
  readonly name: string;
  readonly id: string;
  readonly inputs: Properties;
  /** The attributes that AWS would have computed. */
  readonly outputs: Properties;
}

/**
 * One of Pulumi's resource types.
 *
 * @typeParam Instance the running service that it belongs to.
 */
export interface ResourceType<Instance = unknown> {
  /** The inputs that are honoured. */
  readonly simulated: readonly string[];
  /** The inputs that mean nothing here, and why. Any other input stops the start. */
  readonly withoutLocalMeaning?: Readonly<Record<string, string>>;
  /** The values that the provider fills in where the program says nothing. */
  readonly defaults?: Properties;
  /** The attributes that AWS would compute, `id` among them: a pure function, since nothing has started while the program runs. */
  computed(resource: Pick<DeclaredResource, "name" | "inputs">, location: Location): Properties & { readonly id: string };
  /**
   * Starts the resource, in place of an earlier one of its id. Resources that it refers to have been started before.
   *
   * @returns how to end it, where there is something to end.
   */
  start(resource: DeclaredResource, instance: Instance, stack: Stack): Promise<Ending | undefined>;
}

/** Both may be called twice. */
export interface Ending {
  /** Called when the stack stops; and where there is no `remove`, also in its place. */
  stop?(): Promise<void>;
  /** Called when the stack goes on without the resource, or with another one of its id, which has started: that one stays as it is. */
  remove?(): void;
}

/** An action on a resource, for a policy to allow or deny. */
export interface AccessRequest {
  /** Such as `dynamodb:PutItem`. */
  readonly action: string;
  /** An ARN, or `*` for an action without a resource. */
  readonly resource: string;
  /** Values by condition key, in any case. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/** A call of a service's API, independent of its protocol. */
export interface Call<Input = unknown> {
  /** Such as `PutItem`. */
  readonly operation: string;
  readonly input: Input;
}

/** The names under which a service refuses a caller. */
export interface RefusalNames {
  readonly status: number;
  readonly missing: string;
  readonly unknownKey: string;
  readonly wrongSignature: string;
  readonly denied: string;
}

/** The operations of a service that AWS clients may call, and its protocol. */
export interface Api<Input = unknown, Output = unknown> {
  /** @param signedFor the service that the request's signature names, if it has one. */
  accepts(request: AwsRequest, signedFor: string | undefined): boolean;
  readonly refusals: RefusalNames;
  /** @throws AwsError for a request that is no call of this service. */
  read(request: AwsRequest): Call<Input>;
  write(output: Output): AwsResponse;
  /** Any other error than an AwsError is a defect of the runtime: the answer does not describe it. */
  writeError(error: unknown, request: AwsRequest): AwsResponse;
  /** The permissions that a call needs. The first one's resource is what the call works on. */
  permissionsOf(call: Call<Input>): readonly AccessRequest[];
  /**
   * Does what the call asks for. The caller has the permissions.
   *
   * @throws AwsError as the service would answer it.
   */
  run(call: Call<Input>, caller: Caller): Promise<Output>;
}

/** Who makes a call, as the service sees it while the call runs. */
export interface Caller {
  /** Checks permissions that are known only now. @throws AwsError where the caller lacks one. */
  authorize(requests: readonly AccessRequest[]): void;
  /** Records the capacity units that the call consumes; undefined where no one listens to usage. */
  readonly consume?: ((readUnits: number, writeUnits: number) => void) | undefined;
}

/** A part of a running stack that other parts use. */
export interface Part<Instance> {
  /** Opens what the part keeps, and imports the code that works on it: a program is evaluated without either. */
  open(stack: Stack): Promise<Opened<Instance>>;
}

export interface Opened<Instance> {
  readonly instance: Instance;
  readonly api?: Api;
  /** Called when all resources have started, and each time that some have changed. */
  ready?(): void;
  /** May be called twice. */
  close?(): void | Promise<void>;
}

/** The only export of an AWS service's folder: everything that the local runtime needs to run it. */
export interface Service<Instance = unknown> extends Part<Instance> {
  /** As in the actions of policies and in signatures, such as `dynamodb`. */
  readonly name: string;
  readonly resourceTypes: Readonly<Record<string, ResourceType<Instance>>>;
  /** The name of its folder or file in the data folder, where it keeps something. */
  readonly keeps?: string;
  /** Matches the names of the files, and of folders with all that is in them, that it creates in that folder: a reset removes no others. */
  readonly ownFiles?: RegExp;
  /** Set by the one service whose opening fails while another process has the data folder open: it is opened before all others. */
  readonly locksDataFolder?: true;
}

/** Listeners of a server of Node's. */
export interface HttpHandler {
  /** True where pages of this origin may call it. */
  allowsOrigin(origin: string): boolean;
  /** For `request`. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** For `clientError`. */
  handleClientError(error: Error & { readonly code?: string }, socket: Duplex): void;
}

/** A stack that runs on this machine, as its parts see it. */
export interface Stack {
  readonly clock: Clock;
  readonly location: Location;
  /** Where the AWS endpoint listens: known once a resource starts. */
  readonly awsEndpointUrl: string;
  /** The APIs of all services, by the name of the service: complete once a resource starts. */
  readonly apis: ReadonlyMap<string, Api>;
  /** The running part; it is opened where it has not been. */
  use<Instance>(part: Part<Instance>): Promise<Instance>;
  /** The server of the HTTP API, which answers 503 until it has an API. */
  readonly apiServer: { deploy(api: HttpHandler): void };
  /** The path in the data folder; nothing where the stack keeps its data in memory only. */
  pathOf(name: string): string | undefined;
  /** Receives all that AWS would bill; undefined where no one listens. */
  readonly onUsage?: ((usage: Usage) => void) | undefined;
  /** Called with notices for the user, in one sentence. */
  readonly onNotice: (sentence: string) => void;
  /** Called for each write that failed. */
  readonly onDiskFault: (error: unknown) => void;
  /** Called for each defect of the runtime itself. */
  readonly onFault: (error: unknown) => void;
}
