import type { LocalServices } from "../local-services.ts";

/** Where the local runtime pretends to be, known before anything has started. */
export interface Place {
  readonly region: string;
  readonly accountId: string;
  /** The address of the HTTP API, without a slash at its end. */
  readonly apiUrl: string;
}

export type Properties = Readonly<Record<string, unknown>>;

/** A resource as the Pulumi program has declared it, its inputs resolved. */
export interface DeclaredResource {
  /** Pulumi's type token, such as `aws:lambda/function:Function`. */
  readonly type: string;
  /** The logical name. */
  readonly name: string;
  readonly id: string;
  readonly inputs: Properties;
  /** What AWS would have computed. */
  readonly outputs: Properties;
}

/** What runs for one declared resource. */
export interface Simulator {
  /** Frees timers, processes and files. Safe twice. */
  stop(): Promise<void>;
}

/** All that the local runtime knows of one of Pulumi's resource types. */
export interface ResourceType {
  /** The inputs that are honoured. */
  readonly simulated: readonly string[];
  /** The inputs that mean nothing here, and why. Any other input stops the start. */
  readonly withoutLocalMeaning?: Readonly<Record<string, string>>;
  /** What the provider fills in where the program says nothing. */
  readonly defaults?: Properties;
  /** What AWS would compute, `id` among it: a pure function, since nothing has started while the program runs. */
  computed(resource: Pick<DeclaredResource, "name" | "inputs">, place: Place): Properties & { readonly id: string };
  /** Starts what the resource stands for; resources that it refers to have been started before. */
  start?(resource: DeclaredResource, services: LocalServices): Promise<Simulator | undefined>;
}

/** @returns the ARN of a resource in the local place. */
export const arn = ({ region, accountId }: Place, service: string, resource: string): string =>
  `arn:aws:${service}:${region}:${accountId}:${resource}`;
