import type { Clock } from "./clock.ts";
import type { DynamoEngine } from "./dynamodb/dynamo-engine.ts";
import type { Roles } from "./iam/roles.ts";
import type { LambdaService } from "./lambda/lambda-service.ts";
import type { LogGroups } from "./logs/log-groups.ts";
import type { Place } from "./program/resource-type.ts";
import type { BucketStore } from "./s3/bucket-store.ts";
import type { StepFunctionsService } from "./step-functions/step-functions-service.ts";
import type { AwsEndpoint } from "./transport/aws-endpoint.ts";

/** What the simulators put their resources into. */
export interface LocalServices {
  readonly clock: Clock;
  readonly place: Place;
  readonly logs: LogGroups;
  readonly dynamo: DynamoEngine;
  readonly buckets: BucketStore;
  readonly roles: Roles;
  readonly lambda: LambdaService;
  readonly stepFunctions: StepFunctionsService;
  readonly endpoint: AwsEndpoint;
  /** Told of faults of the runtime's own. */
  readonly onFault: (error: unknown) => void;
  /** Where the AWS endpoint listens. */
  readonly awsEndpointUrl: string;
}
