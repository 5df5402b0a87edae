import { account } from "../account/part.ts";
import { arn } from "../aws.ts";
import { jsonProtocol } from "../aws-json.ts";
import { iam } from "../iam/service.ts";
import { executionLog, executionTraces } from "../logs/side-writes.ts";
import type { Api, DeclaredResource, ResourceType, Service, Stack } from "../service.ts";
import type { LogLevel } from "./log-level.ts";
import type { StateMachineSpec } from "./step-functions-api.ts";
import type { StepFunctionsService } from "./step-functions-service.ts";

interface LoggingConfiguration {
  readonly level?: LogLevel;
  readonly includeExecutionData?: boolean;
  readonly logDestination?: string;
}

const stateMachine: ResourceType<StepFunctionsService> = {
  simulated: ["name", "type", "roleArn", "definition", "loggingConfiguration", "tracingConfiguration"],
  defaults: { type: "STANDARD" },
  computed: ({ name, inputs }, location) => {
    const stateMachineName = (inputs["name"] as string | undefined) ?? `${name}-local`;
    const stateMachineArn = arn(location, "states", `stateMachine:${stateMachineName}`);
    return { id: stateMachineArn, name: stateMachineName, arn: stateMachineArn };
  },
  start: async (resource, service, stack) => {
    return { stop: () => service.stop(), remove: service.add(await specOf(resource, stack)) };
  },
};

async function specOf({ name, inputs, outputs }: DeclaredResource, stack: Stack): Promise<StateMachineSpec> {
  if (inputs["type"] !== "EXPRESS")
    throw new Error(`The state machine "${name}" is not of type EXPRESS, and npm start simulates no other.`);
  const { level = "OFF", includeExecutionData = false, logDestination } = (inputs["loggingConfiguration"] ?? {}) as LoggingConfiguration;
  const roles = await stack.use(iam);
  const principal = roles.assume(inputs["roleArn"] as string, "states.amazonaws.com");
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
    writeLog: group === undefined ? undefined : await executionLog(stack, principal, group),
    writeTrace: isTraced ? await executionTraces(stack, principal) : undefined,
  };
}

/** Step Functions: Express state machines in JSONata, and their executions. */
export const stepFunctions: Service<StepFunctionsService> = {
  name: "states",
  resourceTypes: { "aws:sfn/stateMachine:StateMachine": stateMachine },
  keeps: "executions.jsonl",
  open: async (stack) => {
    const { StepFunctionsService } = await import("./step-functions-service.ts");
    const { ExecutionJournal } = await import("./journal.ts");
    const { clock, onDiskFault, onFault, onNotice, onUsage, pathOf } = stack;
    const journal = new ExecutionJournal(pathOf("executions.jsonl"));
    const service = new StepFunctionsService({
      ...{ clock, journal, calls: await stack.use(account) },
      ...{ onDiskFault, onFault, onNotice, onUsage },
    });
    const close = async () => {
      await service.stop();
      journal.close();
    };
    return { instance: service, api: stepFunctionsApi(service), ready: () => service.resume(), close };
  },
};

/** A call works on the state machine or the execution that it names. */
export function stepFunctionsApi(service: Pick<StepFunctionsService, "call">): Api<Record<string, unknown>> {
  return {
    ...jsonProtocol({ target: "AWSStepFunctions", namespace: "com.amazonaws.states" }),
    permissionsOf: ({ operation, input }) => {
      return [{ action: `states:${operation}`, resource: String(input["stateMachineArn"] ?? input["executionArn"] ?? "*") }];
    },
    run: ({ operation, input }) => service.call(operation, input),
  };
}
