import { availableParallelism } from "node:os";
import type { Principal } from "../account/services.ts";
import { credentialVariables } from "../iam/roles.ts";
import type { LocalServices } from "../local-services.ts";
import { functionLog } from "../logs/side-writes.ts";
import { arn, type DeclaredResource, type Place, type Properties, type ResourceType } from "../program/resource-type.ts";
import { LambdaFunction } from "./lambda-function.ts";

/**
 * Environments of one function at once: AWS would start a thousand, here they share a few cores. Calls beyond them wait, and
 * their function's time does not run meanwhile. A task's time would; but the runtime lets no more executions run than this,
 * each of them calls a function once at a time, and a call gives its environment back before its task times out. So none
 * of them ever waits.
 */
export const environmentsPerFunction = Math.max(2, availableParallelism());

export const lambdaFunction: ResourceType = {
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
  start: async (resource, services) => {
    const lambda = new LambdaFunction(specOf(resource, services));
    const reserved = resource.inputs["reservedConcurrentExecutions"] as number;
    services.lambda.add(lambda, reserved < 0 ? undefined : reserved); // -1 takes a reservation away
    return { stop: async () => lambda.stop() };
  },
};

function specOf({ inputs, outputs }: DeclaredResource, services: LocalServices) {
  const functionName = outputs["name"] as string;
  const logGroupName = (inputs["loggingConfig"] as { logGroup?: string } | undefined)?.logGroup ?? `/aws/lambda/${functionName}`;
  const principal = services.roles.assume(inputs["role"] as string, "lambda.amazonaws.com", functionName);
  return {
    functionName,
    version: outputs["version"] as string,
    arn: outputs["arn"] as string,
    logGroupName,
    timeoutSeconds: inputs["timeout"] as number,
    memoryMiB: inputs["memorySize"] as number,
    environments: environmentsPerFunction,
    clock: services.clock,
    codeFolder: (inputs["code"] as { archive: string }).archive,
    handler: inputs["handler"] as string,
    variables: environmentVariables(inputs, functionName, logGroupName, principal, services),
    onLine: functionLog(services, principal, logGroupName),
  };
}

/** The declared variables, and those that Lambda sets; none of this machine's. */
function environmentVariables(
  inputs: Properties,
  functionName: string,
  logGroupName: string,
  principal: Principal,
  services: LocalServices,
): Record<string, string> {
  const declared = (inputs["environment"] as { variables?: Record<string, string> } | undefined)?.variables;
  return {
    ...declared,
    ...regionVariables(services.place),
    ...credentialVariables(principal),
    AWS_ENDPOINT_URL: services.awsEndpointUrl,
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(inputs["memorySize"]),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_FORMAT: "JSON",
    AWS_LAMBDA_LOG_GROUP_NAME: logGroupName,
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    _HANDLER: inputs["handler"] as string,
  };
}

const regionVariables = ({ region }: Place) => ({ AWS_REGION: region, AWS_DEFAULT_REGION: region });
