import type { ResourceType } from "../program/resource-type.ts";

interface RouteSettings {
  readonly throttlingRateLimit: number;
  readonly throttlingBurstLimit: number;
}

export const apigatewayv2Stage: ResourceType = {
  simulated: ["apiId", "name", "autoDeploy", "defaultRouteSettings", "accessLogSettings"],
  computed: ({ name }, place) => ({ id: `${name}-local`, invokeUrl: place.apiUrl }),
  start: async ({ name, inputs }, { httpApis }) => {
    if (inputs["name"] !== "$default" || inputs["autoDeploy"] !== true) {
      throw new Error(`The stage "${name}" is not an auto-deployed $default, and npm start simulates no other.`);
    }
    const settings = inputs["defaultRouteSettings"] as RouteSettings | undefined;
    const log = inputs["accessLogSettings"] as { destinationArn: string; format: string } | undefined;
    httpApis.addStage(inputs["apiId"] as string, {
      throttle: settings && { rateLimit: settings.throttlingRateLimit, burstLimit: settings.throttlingBurstLimit },
      accessLog: log && { group: log.destinationArn.replace(/^.*:log-group:/, "").replace(/:\*$/, ""), format: log.format },
    });
    return undefined;
  },
};
