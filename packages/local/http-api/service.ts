import { account } from "../account/part.ts";
import { arn } from "../aws.ts";
import { lambda } from "../lambda/service.ts";
import { logs } from "../logs/service.ts";
import type { DeclaredResource, ResourceType, Service } from "../service.ts";

/** The resources that declare the parts of an API. They are put together once all have come. */
type Parts = DeclaredResource[];

const start: ResourceType<Parts>["start"] = async (resource, parts) => {
  parts.push(resource);
  return undefined;
};

const api: ResourceType<Parts> = {
  simulated: ["protocolType", "corsConfiguration"],
  computed: ({ name }, location) => {
    const id = `${name}-local`;
    return { id, apiEndpoint: location.apiUrl, executionArn: arn(location, "execute-api", id) };
  },
  start,
};

const authorizer: ResourceType<Parts> = {
  simulated: ["apiId", "authorizerType", "identitySources", "jwtConfiguration"],
  withoutLocalMeaning: { name: "nothing refers to it" },
  computed: ({ name }) => ({ id: `${name}-local` }),
  start,
};

const integration: ResourceType<Parts> = {
  simulated: ["apiId", "integrationType", "integrationUri", "payloadFormatVersion", "timeoutMilliseconds"],
  defaults: { timeoutMilliseconds: 30_000 },
  computed: ({ name }) => ({ id: `${name}-local` }),
  start,
};

const route: ResourceType<Parts> = {
  simulated: ["apiId", "routeKey", "target", "authorizationType", "authorizerId"],
  defaults: { authorizationType: "NONE" },
  computed: ({ name }) => ({ id: `${name}-local` }),
  start,
};

const stage: ResourceType<Parts> = {
  simulated: ["apiId", "name", "autoDeploy", "defaultRouteSettings", "accessLogSettings"],
  computed: ({ name }, location) => ({ id: `${name}-local`, invokeUrl: location.apiUrl }),
  start,
};

/** API Gateway: one HTTP API with its `$default` stage, in front of functions. */
export const httpApi: Service<Parts> = {
  name: "apigateway",
  resourceTypes: {
    "aws:apigatewayv2/api:Api": api,
    "aws:apigatewayv2/authorizer:Authorizer": authorizer,
    "aws:apigatewayv2/integration:Integration": integration,
    "aws:apigatewayv2/route:Route": route,
    "aws:apigatewayv2/stage:Stage": stage,
  },
  open: async (stack) => {
    const { createHttpApi } = await import("./create-http-api.ts");
    const { apiServer, clock, location } = stack;
    const used = { account: await stack.use(account), lambda: await stack.use(lambda), logs: await stack.use(logs) };
    const parts: Parts = [];
    const ready = () => {
      const created = createHttpApi(parts, { ...used, clock, location });
      if (created !== undefined) apiServer.deploy(created);
    };
    return { instance: parts, ready };
  },
};
