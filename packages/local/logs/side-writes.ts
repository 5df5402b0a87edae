import { account } from "../account/part.ts";
import { arn } from "../aws.ts";
import type { Principal } from "../iam/roles.ts";
import type { Stack } from "../service.ts";
import { logs } from "./service.ts";

/** Writes a line beside the work of a service, with the permissions of a role. Where the role lacks them, the work goes on without. */
export type SideWrite = (message: string) => void;

/** The log of a function. */
export function functionLog(stack: Stack, principal: Principal, group: string): Promise<SideWrite> {
  const stream = arn(stack.location, "logs", `log-group:${group}:log-stream:${principal.sessionName ?? principal.roleName}`);
  return sideWrite(stack, principal, ["logs:CreateLogStream", "logs:PutLogEvents"], stream, group);
}

/** The log of a state machine's executions, which CloudWatch delivers; the permissions to set that up have no resource. */
export function executionLog(stack: Stack, principal: Principal, group: string): Promise<SideWrite> {
  const delivery = ["Create", "Get", "Update", "Delete", "List"].map((verb) => `logs:${verb}LogDeliver${verb === "List" ? "ies" : "y"}`);
  const others = ["CreateLogStream", "PutLogEvents", "PutResourcePolicy", "DescribeResourcePolicies", "DescribeLogGroups"];
  return sideWrite(stack, principal, [...delivery, ...others.map((name) => `logs:${name}`)], "*", group);
}

/** Where X-Ray's segments go: a file beside the logs. */
const traces = "aws/xray";

/** The segments that X-Ray gets of a state machine's executions. */
export async function executionTraces(stack: Stack, principal: Principal): Promise<SideWrite> {
  (await stack.use(logs)).declare(traces);
  const names = ["PutTraceSegments", "PutTelemetryRecords", "GetSamplingRules", "GetSamplingTargets"];
  const actions = names.map((name) => `xray:${name}`);
  return sideWrite(stack, principal, actions, "*", traces);
}

async function sideWrite(
  stack: Stack,
  principal: Principal,
  actions: readonly string[],
  resource: string,
  group: string,
): Promise<SideWrite> {
  const [access, groups] = await Promise.all([stack.use(account), stack.use(logs)]);
  const permissions = actions.map((action) => ({ action, resource }));
  // The first write decides for all others, until a policy changes.
  let [isPermitted, decidedBy]: [boolean, Principal["policies"] | undefined] = [false, undefined];
  return (message) => {
    if (decidedBy !== principal.policies) isPermitted = access.permits(principal, permissions);
    decidedBy = principal.policies;
    if (isPermitted) groups.append(group, message);
  };
}
