import { arn, type Location } from "../aws.ts";
import { credentialVariables, type Principal } from "../iam/roles.ts";
import { iam } from "../iam/service.ts";
import { functionLog } from "../logs/side-writes.ts";
import type { DeclaredResource, Properties, ResourceType, Stack } from "../service.ts";
import type { FunctionSpec } from "./lambda-function.ts";
import type { LambdaService } from "./lambda-service.ts";
import { filterLog } from "./log-filter.ts";

export const lambdaFunction: ResourceType<LambdaService> = {
  simulated: [
    ...["name", "role", "handler", "code", "publish", "timeout", "memorySize", "environment", "loggingConfig"],
    "reservedConcurrentExecutions",
  ],
  withoutLocalMeaning: {
    runtime: "every function runs on the Node of npm start, which is the declared one",
    architectures: "the bundles have no native code",
    vpcConfig: "all addresses are on this machine",
  },
  defaults: { timeout: 3, memorySize: 128, reservedConcurrentExecutions: -1 },
  computed: ({ name, inputs }, place) => {
    const functionName = (inputs["name"] as string | undefined) ?? `${name}-local`;
    const functionArn = arn(place, "lambda", `function:${functionName}`);
    const version = inputs["publish"] === true ? "1" : "$LATEST";
    return {
      id: functionName,
      name: functionName,
      arn: functionArn,
      version,
      qualifiedArn: `${functionArn}:${version}`,
      invokeArn: `arn:aws:apigateway:${place.region}:lambda:path/2015-03-31/functions/${functionArn}/invocations`,
    };
  },
  start: async (resource, service, stack) => {
    const { LambdaFunction } = await import("./lambda-function.ts");
    const lambda = new LambdaFunction({ ...(await specOf(resource, stack)), scaling: service.scaling });
    const reserved = resource.inputs["reservedConcurrentExecutions"] as number;
    service.add(lambda, isReserved(reserved) ? reserved : undefined);
    return { stop: async () => lambda.stop(), remove: () => service.retire(lambda) };
  },
};

/** -1 removes a reservation. */
const isReserved = (executions: number): boolean => executions >= 0;

async function specOf({ inputs, outputs }: DeclaredResource, stack: Stack): Promise<Omit<FunctionSpec, "scaling">> {
  const functionName = outputs["name"] as string;
  const logVariables = logVariablesOf(functionName, inputs["loggingConfig"] as LoggingConfig | undefined);
  const { AWS_LAMBDA_LOG_GROUP_NAME: logGroupName, AWS_LAMBDA_LOG_LEVEL: logLevel } = logVariables;
  const reserved = inputs["reservedConcurrentExecutions"] as number;
  const principal = (await stack.use(iam)).assume(inputs["role"] as string, "lambda.amazonaws.com", functionName);
  const write = await functionLog(stack, principal, logGroupName);
  return {
    functionName,
    version: outputs["version"] as string,
    arn: outputs["arn"] as string,
    logGroupName,
    timeoutSeconds: inputs["timeout"] as number,
    memoryMiB: inputs["memorySize"] as number,
    maxEnvironments: isReserved(reserved) ? reserved : Number.POSITIVE_INFINITY,
    clock: stack.clock,
    onUsage: stack.onUsage,
    onFault: stack.onFault,
    codeFolder: (inputs["code"] as { archive: string }).archive,
    handler: inputs["handler"] as string,
    variables: { ...environmentVariables(inputs, functionName, principal, stack), ...logVariables },
    onLine: logLevel === undefined ? write : filterLog(logLevel, write),
  };
}

/** The declared variables, and those that Lambda sets; none of this machine's. */
function environmentVariables(inputs: Properties, functionName: string, principal: Principal, stack: Stack): Record<string, string> {
  const declared = (inputs["environment"] as { variables?: Record<string, string> } | undefined)?.variables;
  return {
    ...declared,
    ...regionVariables(stack.location),
    ...credentialVariables(principal),
    AWS_ENDPOINT_URL: stack.awsEndpointUrl,
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(inputs["memorySize"]),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    _HANDLER: inputs["handler"] as string,
  };
}

interface LoggingConfig {
  readonly logFormat?: string;
  readonly logGroup?: string;
  readonly applicationLogLevel?: string;
}

/** With the JSON format, Lambda exports a level in any case: INFO where none is declared. */
function logVariablesOf(functionName: string, { logFormat = "Text", logGroup, applicationLogLevel = "INFO" }: LoggingConfig = {}) {
  return {
    AWS_LAMBDA_LOG_GROUP_NAME: logGroup ?? `/aws/lambda/${functionName}`,
    AWS_LAMBDA_LOG_FORMAT: logFormat,
    ...(logFormat === "JSON" && { AWS_LAMBDA_LOG_LEVEL: applicationLogLevel }),
  };
}

const regionVariables = ({ region }: Location) => ({ AWS_REGION: region, AWS_DEFAULT_REGION: region });
