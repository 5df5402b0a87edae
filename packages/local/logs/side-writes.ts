import type { Principal } from "../account/services.ts";
import type { LocalServices } from "../local-services.ts";
import { arn } from "../program/resource-type.ts";

type Services = Pick<LocalServices, "endpoint" | "logs" | "place">;

/** What a service writes on the side of its work, with the permissions of a role. Where they lack, the work goes on without. */
export type SideWrite = (message: string) => void;

/** The log of a function. */
export function functionLog(services: Services, principal: Principal, group: string): SideWrite {
  const stream = arn(services.place, "logs", `log-group:${group}:log-stream:${principal.sessionName ?? principal.roleName}`);
  return sideWrite(services, principal, ["logs:CreateLogStream", "logs:PutLogEvents"], stream, group);
}

/** The log of a state machine's executions, which CloudWatch delivers; AWS knows no resource for the permissions to set that up. */
export function executionLog(services: Services, principal: Principal, group: string): SideWrite {
  const delivery = ["Create", "Get", "Update", "Delete", "List"].map((verb) => `logs:${verb}LogDeliver${verb === "List" ? "ies" : "y"}`);
  const others = ["CreateLogStream", "PutLogEvents", "PutResourcePolicy", "DescribeResourcePolicies", "DescribeLogGroups"];
  return sideWrite(services, principal, [...delivery, ...others.map((name) => `logs:${name}`)], "*", group);
}

/** Where X-Ray's segments go: a file beside the logs. */
const traces = "aws/xray";

/** The segments that X-Ray gets of a state machine's executions. */
export function executionTraces(services: Services, principal: Principal): SideWrite {
  services.logs.declare(traces);
  const names = ["PutTraceSegments", "PutTelemetryRecords", "GetSamplingRules", "GetSamplingTargets"];
  return sideWrite(
    services,
    principal,
    names.map((name) => `xray:${name}`),
    "*",
    traces,
  );
}

function sideWrite(
  { endpoint, logs }: Services,
  principal: Principal,
  actions: readonly string[],
  resource: string,
  group: string,
): SideWrite {
  // Policies do not change while the stack runs, so the first write decides for all.
  let isPermitted: boolean | undefined;
  return (message) => {
    isPermitted ??= endpoint.permits(
      principal,
      actions.map((action) => ({ action, resource })),
    );
    if (isPermitted) logs.append(group, message);
  };
}
