import type { ResourceType } from "../program/resource-type.ts";

export const apigatewayv2Route: ResourceType = {
  simulated: ["apiId", "routeKey", "target", "authorizationType", "authorizerId"],
  defaults: { authorizationType: "NONE" },
  computed: ({ name }) => ({ id: `${name}-local` }),
  start: async ({ inputs }, { httpApis }) => {
    const integrationId = (inputs["target"] as string).replace(/^integrations\//, "");
    const authorizationType = inputs["authorizationType"] as string;
    const authorizerId = inputs["authorizerId"] as string | undefined;
    httpApis.addRoute(inputs["apiId"] as string, inputs["routeKey"] as string, { integrationId, authorizationType, authorizerId });
    return undefined;
  },
};
