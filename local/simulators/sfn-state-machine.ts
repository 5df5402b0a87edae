import { arn, type DeclaredResource, type ResourceType } from "./resource-type.ts";

interface LoggingConfiguration {
  readonly level?: "ALL" | "ERROR" | "FATAL" | "OFF";
  readonly includeExecutionData?: boolean;
  readonly logDestination?: string;
}

export const sfnStateMachine: ResourceType = {
  simulated: ["name", "type", "roleArn", "definition", "loggingConfiguration"],
  withoutLocalMeaning: { tracingConfiguration: "there is no X-Ray; the log of executions shows the same" },
  defaults: { type: "STANDARD" },
  computed: ({ name, inputs }, place) => {
    const stateMachineName = (inputs["name"] as string | undefined) ?? `${name}-local`;
    const stateMachineArn = arn(place, "states", `stateMachine:${stateMachineName}`);
    return { id: stateMachineArn, name: stateMachineName, arn: stateMachineArn };
  },
  start: async (resource, { stepFunctions }) => {
    stepFunctions.add(specOf(resource));
    return { stop: () => stepFunctions.stop() };
  },
};

function specOf({ name, inputs, outputs }: DeclaredResource) {
  if (inputs["type"] !== "EXPRESS")
    throw new Error(`The state machine "${name}" is not of type EXPRESS, and npm start simulates no other.`);
  const { level = "OFF", includeExecutionData = false, logDestination } = (inputs["loggingConfiguration"] ?? {}) as LoggingConfiguration;
  return {
    name: outputs["name"] as string,
    arn: outputs["arn"] as string,
    roleArn: inputs["roleArn"] as string,
    definition: inputs["definition"] as string,
    logLevel: level,
    includeExecutionData,
    logGroupName: logDestination === undefined ? undefined : /:log-group:(.+):\*$/.exec(logDestination)?.[1],
  };
}
