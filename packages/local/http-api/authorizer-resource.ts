import type { ResourceType } from "../program/resource-type.ts";
import { jwtAuthorizer } from "./jwt-authorizer.ts";

export const apigatewayv2Authorizer: ResourceType = {
  simulated: ["apiId", "authorizerType", "identitySources", "jwtConfiguration"],
  withoutLocalMeaning: { name: "nothing refers to it" },
  computed: ({ name }) => ({ id: `${name}-local` }),
  start: async ({ id, name, inputs }, { clock, httpApis }) => {
    const isSimulated =
      inputs["authorizerType"] === "JWT" && String(inputs["identitySources"]).toLowerCase() === "$request.header.authorization";
    if (!isSimulated)
      throw new Error(`The authorizer "${name}" is not of type JWT with the Authorization header, and npm start simulates no other.`);
    const { issuer, audiences } = inputs["jwtConfiguration"] as { issuer: string; audiences: string[] };
    httpApis.addAuthorizer(inputs["apiId"] as string, id, jwtAuthorizer({ issuer, audiences, clock }));
    return undefined;
  },
};
