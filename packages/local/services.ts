import { dynamodb } from "./dynamodb/service.ts";
import { httpApi } from "./http-api/service.ts";
import { iam } from "./iam/service.ts";
import { lambda } from "./lambda/service.ts";
import { logs } from "./logs/service.ts";
import { s3 } from "./s3/service.ts";
import { scheduler } from "./scheduler/service.ts";
import type { ResourceType, Service } from "./service.ts";
import { stepFunctions } from "./step-functions/service.ts";

/** The services of AWS that run here. A new service only has to be added to this list. */
export const services = { dynamodb, httpApi, iam, lambda, logs, s3, scheduler, stepFunctions } as const;

export const allServices: readonly Service[] = Object.values(services);

/** The resource types of all services, by Pulumi's type token. */
export const resourceTypes: Readonly<Record<string, ResourceType>> = Object.assign(
  {},
  ...allServices.map((service) => service.resourceTypes),
);

/** The running services, by their names in {@link services}. */
export type RunningServices = {
  readonly [Name in keyof typeof services]: (typeof services)[Name] extends Service<infer Instance> ? Instance : never;
};
