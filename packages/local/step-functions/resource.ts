import { type EventDetails, inputDetails } from "./events.ts";
import type { Fields } from "./fields.ts";
import type { Payload } from "./payload.ts";

/** Whether the runtime has something that answers for a resource. */
export type KnownResource = (resource: string) => boolean;

/** The resource of a Task state, and how its events speak of it. */
export interface Resource {
  readonly arn: string;
  /** Functions named by their own ARN have event types of their own. */
  readonly family: "Task" | "LambdaFunction";
  readonly details: EventDetails;
  scheduled(parameters: Payload, region: string): EventDetails;
}

const integrationForm = /^arn:[a-z-]+:states:[^:]*:[^:]*:(?<resourceType>.+):(?<resource>[^:]+)$/;
const functionForm = /^arn:[a-z-]+:lambda:[^:]+:\d*:function:/;
const unsupported: readonly (readonly [RegExp, string])[] = [
  [/\.sync(:\d+)?$/, "waits for a job (.sync), which Express does not do"],
  [/\.waitForTaskToken$/, "waits for a task token, which Express does not do"],
  [/^arn:[a-z-]+:states:[^:]+:[^:]*:activity:/, "is an activity, which Express does not have"],
];

export function compileResource(fields: Fields, isKnown: KnownResource): Resource {
  const arn = fields.requiredText("Resource");
  const refusal = unsupported.find(([form]) => form.test(arn))?.[1] ?? (isKnown(arn) ? undefined : "is not one that runs here");
  if (refusal !== undefined) fields.refuse(`has the 'Resource' '${arn}', which ${refusal}`);
  const groups = functionForm.test(arn) ? undefined : integrationForm.exec(arn)?.groups;
  if (groups === undefined)
    return { arn, family: "LambdaFunction", details: {}, scheduled: (parameters) => ({ ...inputDetails(parameters), resource: arn }) };
  const details = { resource: groups["resource"] ?? "", resourceType: groups["resourceType"] ?? "" };
  return { arn, family: "Task", details, scheduled: ({ text }, region) => ({ parameters: text, region, ...details }) };
}
