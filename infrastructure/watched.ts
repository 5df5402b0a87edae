import type * as aws from "@pulumi/aws";
import type { JobStateMachine } from "./job-state-machine.ts";
import type { JobsApi } from "./jobs-api.ts";
import type { Stages, Stores } from "./stages.ts";

/** What alarms and dashboard look at. */
export interface Watched {
  /** Every function of the stack, by its logical name. */
  readonly functions: ReadonlyMap<string, aws.lambda.Function>;
  /** Those among them that fail on purpose, where a document cannot be read. */
  readonly stages: Stages;
  readonly stateMachine: JobStateMachine;
  readonly api: JobsApi;
  readonly stores: Stores;
}
