import type { ResourceType } from "../program/resource-type.ts";

export const apigatewayv2Integration: ResourceType = {
  simulated: ["apiId", "integrationType", "integrationUri", "payloadFormatVersion", "timeoutMilliseconds"],
  defaults: { timeoutMilliseconds: 30_000 },
  computed: ({ name }) => ({ id: `${name}-local` }),
  start: async ({ id, name, inputs }, { httpApis }) => {
    const functionArn = /:path\/2015-03-31\/functions\/(.+)\/invocations$/.exec(inputs["integrationUri"] as string)?.[1];
    const isProxy = inputs["integrationType"] === "AWS_PROXY" && inputs["payloadFormatVersion"] === "2.0";
    if (!isProxy || functionArn === undefined)
      throw new Error(`The integration "${name}" is not a Lambda proxy of format 2.0, and npm start simulates no other.`);
    httpApis.addIntegration(inputs["apiId"] as string, id, { functionArn, timeoutMilliseconds: inputs["timeoutMilliseconds"] as number });
    return undefined;
  },
};
