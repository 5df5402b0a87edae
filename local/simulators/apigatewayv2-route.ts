import type { ResourceType } from "./resource-type.ts";

export const apigatewayv2Route: ResourceType = {
  simulated: ["apiId", "routeKey", "target"],
  computed: ({ name }) => ({ id: `${name}-local` }),
  start: async ({ inputs }, { httpApis }) => {
    const integrationId = (inputs["target"] as string).replace(/^integrations\//, "");
    httpApis.addRoute(inputs["apiId"] as string, inputs["routeKey"] as string, integrationId);
    return undefined;
  },
};
