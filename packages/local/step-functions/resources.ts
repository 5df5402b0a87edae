import type { LocalServices } from "../local-services.ts";
import { executionLog, executionTraces } from "../logs/side-writes.ts";
import { arn, type DeclaredResource, type ResourceType } from "../program/resource-type.ts";
import type { StateMachineSpec } from "./step-functions-api.ts";

interface LoggingConfiguration {
  readonly level?: "ALL" | "ERROR" | "FATAL" | "OFF";
  readonly includeExecutionData?: boolean;
  readonly logDestination?: string;
}

export const sfnStateMachine: ResourceType = {
  simulated: ["name", "type", "roleArn", "definition", "loggingConfiguration", "tracingConfiguration"],
  defaults: { type: "STANDARD" },
  computed: ({ name, inputs }, place) => {
    const stateMachineName = (inputs["name"] as string | undefined) ?? `${name}-local`;
    const stateMachineArn = arn(place, "states", `stateMachine:${stateMachineName}`);
    return { id: stateMachineArn, name: stateMachineName, arn: stateMachineArn };
  },
  start: async (resource, services) => {
    services.stepFunctions.add(specOf(resource, services));
    return { stop: () => services.stepFunctions.stop() };
  },
};

function specOf({ name, inputs, outputs }: DeclaredResource, services: LocalServices): StateMachineSpec {
  if (inputs["type"] !== "EXPRESS")
    throw new Error(`The state machine "${name}" is not of type EXPRESS, and npm start simulates no other.`);
  const { level = "OFF", includeExecutionData = false, logDestination } = (inputs["loggingConfiguration"] ?? {}) as LoggingConfiguration;
  const principal = services.roles.assume(inputs["roleArn"] as string, "states.amazonaws.com");
  const group = logDestination === undefined ? undefined : /:log-group:(.+):\*$/.exec(logDestination)?.[1];
  const isTraced = (inputs["tracingConfiguration"] as { enabled?: boolean } | undefined)?.enabled === true;
  return {
    name: outputs["name"] as string,
    arn: outputs["arn"] as string,
    roleArn: inputs["roleArn"] as string,
    principal,
    definition: inputs["definition"] as string,
    logLevel: level,
    includeExecutionData,
    writeLog: group === undefined ? undefined : executionLog(services, principal, group),
    writeTrace: isTraced ? executionTraces(services, principal) : undefined,
  };
}
