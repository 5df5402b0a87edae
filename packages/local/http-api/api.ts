import { arn, type ResourceType } from "../program/resource-type.ts";
import type { CorsConfiguration } from "./cors.ts";

export const apigatewayv2Api: ResourceType = {
  simulated: ["protocolType", "corsConfiguration"],
  computed: ({ name }, place) => {
    const id = `${name}-local`;
    return { id, apiEndpoint: place.apiUrl, executionArn: arn(place, "execute-api", id) };
  },
  start: async ({ id, name, inputs }, { httpApis }) => {
    if (inputs["protocolType"] !== "HTTP")
      throw new Error(`The API "${name}" is not of protocol type HTTP, and npm start simulates no other.`);
    httpApis.addApi(id, inputs["corsConfiguration"] as CorsConfiguration | undefined);
    return undefined;
  },
};
