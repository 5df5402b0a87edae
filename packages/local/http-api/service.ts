import { account } from "../account/part.ts";
import { arn } from "../aws.ts";
import { lambda } from "../lambda/service.ts";
import { logs } from "../logs/service.ts";
import type { DeclaredResource, ResourceType, Service } from "../service.ts";

/** The resources that declare the parts of an API. They are combined once all have been started. */
interface Parts {
  readonly declared: Set<DeclaredResource>;
  isCombined: boolean;
}

const partOfApi = (
  simulated: readonly string[],
  computed: ResourceType["computed"],
  more: Pick<ResourceType, "defaults" | "withoutLocalMeaning"> = {},
): ResourceType<Parts> => ({
  ...{ simulated, computed, ...more },
  start: async (resource, parts) => {
    const part = { ...resource };
    parts.declared.add(part);
    parts.isCombined = false;
    const remove = () => {
      parts.declared.delete(part);
      parts.isCombined = false;
    };
    return { remove };
  },
});

const idOf: ResourceType["computed"] = ({ name }) => ({ id: `${name}-local` });

const tags = "no policy and no bill here tells resources apart by tags";

/** API Gateway: one HTTP API with its `$default` stage, in front of functions. */
export const httpApi: Service<Parts> = {
  name: "apigateway",
  resourceTypes: {
    "aws:apigatewayv2/api:Api": partOfApi(
      ["protocolType", "corsConfiguration"],
      ({ name }, location) => {
        const id = `${name}-local`;
        return { id, apiEndpoint: location.apiUrl, executionArn: arn(location, "execute-api", id) };
      },
      { withoutLocalMeaning: { tags } },
    ),
    "aws:apigatewayv2/authorizer:Authorizer": partOfApi(["apiId", "authorizerType", "identitySources", "jwtConfiguration"], idOf, {
      withoutLocalMeaning: { name: "nothing refers to it" },
    }),
    "aws:apigatewayv2/integration:Integration": partOfApi(
      ["apiId", "integrationType", "integrationUri", "payloadFormatVersion", "timeoutMilliseconds"],
      idOf,
      { defaults: { timeoutMilliseconds: 30_000 } },
    ),
    "aws:apigatewayv2/route:Route": partOfApi(["apiId", "routeKey", "target", "authorizationType", "authorizerId"], idOf, {
      defaults: { authorizationType: "NONE" },
    }),
    "aws:apigatewayv2/stage:Stage": partOfApi(
      ["apiId", "name", "autoDeploy", "defaultRouteSettings", "accessLogSettings"],
      ({ name }, location) => ({ id: `${name}-local`, invokeUrl: location.apiUrl }),
      { withoutLocalMeaning: { tags } },
    ),
  },
  open: async (stack) => {
    const { createHttpApi } = await import("./create-http-api.ts");
    const { apiServer, clock, location } = stack;
    const used = { account: await stack.use(account), lambda: await stack.use(lambda), logs: await stack.use(logs) };
    const parts: Parts = { declared: new Set(), isCombined: true };
    const ready = () => {
      if (parts.isCombined) return;
      const created = createHttpApi([...parts.declared], { ...used, clock, location });
      if (created !== undefined) apiServer.deploy(created);
      parts.isCombined = true;
    };
    return { instance: parts, ready };
  },
};
