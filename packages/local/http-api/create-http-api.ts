import type { Account } from "../account/account.ts";
import { arn, type Location } from "../aws.ts";
import { jsonRefusals } from "../aws-json.ts";
import type { Clock } from "../clock.ts";
import type { LambdaService } from "../lambda/lambda-service.ts";
import type { LogGroups } from "../logs/log-groups.ts";
import type { DeclaredResource } from "../service.ts";
import { compileAccessLogFormat } from "./access-log.ts";
import { type Authorizer, iamAuthorizer, jwtAuthorizer } from "./authorizers.ts";
import type { CorsConfiguration } from "./cors.ts";
import { HttpApi, type HttpApiRoute } from "./http-api.ts";

/** The parts of the stack that an HTTP API works with. */
export interface HttpApiParts {
  readonly clock: Clock;
  readonly location: Location;
  readonly account: Account;
  readonly lambda: LambdaService;
  readonly logs: LogGroups;
}

/**
 * Puts the one HTTP API of a program together.
 *
 * @returns nothing where the program declares none.
 * @throws Error for more than one, one without a stage, or one that asks for what is not simulated.
 */
export function createHttpApi(resources: readonly DeclaredResource[], parts: HttpApiParts): HttpApi | undefined {
  const ofType = (type: string) => resources.filter((resource) => resource.type === type);
  const [api, another] = ofType("aws:apigatewayv2/api:Api");
  const [stage] = ofType("aws:apigatewayv2/stage:Stage");
  if (api === undefined) return undefined;
  if (another !== undefined) throw new Error("The program declares more than one HTTP API, and npm start simulates one.");
  if (stage === undefined) throw new Error("The HTTP API has no stage.");
  if (api.inputs["protocolType"] !== "HTTP") throw refusal(`The API "${api.name}" is not of protocol type HTTP`);
  const integrations = new Map(ofType("aws:apigatewayv2/integration:Integration").map((one) => [one.id, integrationOf(one)]));
  const authorizers = new Map(ofType("aws:apigatewayv2/authorizer:Authorizer").map((one) => [one.id, authorizerOf(one, parts)]));
  const { location, clock } = parts;
  return new HttpApi({
    ...{ accountId: location.accountId, apiId: api.id, domainName: new URL(location.apiUrl).host, clock },
    routes: ofType("aws:apigatewayv2/route:Route").map((route) => routeOf(route, api.id, integrations, authorizers, parts)),
    cors: api.inputs["corsConfiguration"] as CorsConfiguration | undefined,
    ...stageOptionsOf(stage, parts),
  });
}

interface Integration {
  readonly functionArn: string;
  readonly timeoutMilliseconds: number;
}

function integrationOf({ name, inputs }: DeclaredResource): Integration {
  const functionArn = /:path\/2015-03-31\/functions\/(.+)\/invocations$/.exec(inputs["integrationUri"] as string)?.[1];
  const isProxy = inputs["integrationType"] === "AWS_PROXY" && inputs["payloadFormatVersion"] === "2.0";
  if (!isProxy || functionArn === undefined) throw refusal(`The integration "${name}" is not a Lambda proxy of format 2.0`);
  return { functionArn, timeoutMilliseconds: inputs["timeoutMilliseconds"] as number };
}

function authorizerOf({ name, inputs }: DeclaredResource, { clock }: HttpApiParts): Authorizer {
  const readsHeader = String(inputs["identitySources"]).toLowerCase() === "$request.header.authorization";
  if (inputs["authorizerType"] !== "JWT" || !readsHeader)
    throw refusal(`The authorizer "${name}" is not of type JWT with the Authorization header`);
  const { issuer, audiences } = inputs["jwtConfiguration"] as { issuer: string; audiences: string[] };
  return jwtAuthorizer({ issuer, audiences, clock });
}

function routeOf(
  { inputs }: DeclaredResource,
  apiId: string,
  integrations: ReadonlyMap<string, Integration>,
  authorizers: ReadonlyMap<string, Authorizer>,
  { lambda, location, account }: HttpApiParts,
): HttpApiRoute {
  const { routeKey, target, authorizationType, authorizerId = "" } = inputs as Readonly<Record<string, string>>;
  const integrationId = String(target).replace(/^integrations\//, "");
  const integration = integrations.get(integrationId);
  if (integration === undefined) throw new Error(`The route ${routeKey} has no integration ${integrationId}.`);
  const iam =
    authorizationType === "AWS_IAM" ? iamAuthorizer(apiId, location, (...call) => account.admit(...call, jsonRefusals)) : undefined;
  const authorize = authorizationType === "JWT" ? authorizers.get(authorizerId) : iam;
  if (authorize === undefined && authorizationType !== "NONE")
    throw new Error(`The route ${routeKey} is authorized by ${authorizationType}, for which there is no authorizer.`);
  const sourceArn = arn(location, "execute-api", `${apiId}/$default/${String(routeKey).replace(" /", "/")}`);
  const caller = { service: "apigateway.amazonaws.com", sourceArn };
  const { functionArn, timeoutMilliseconds } = integration;
  return {
    routeKey: String(routeKey),
    timeoutMilliseconds,
    authorize,
    invoke: (event) => lambda.invokeFor(caller, functionArn, event),
  };
}

interface RouteSettings {
  readonly throttlingRateLimit: number;
  readonly throttlingBurstLimit: number;
}

function stageOptionsOf({ name, inputs }: DeclaredResource, { logs }: HttpApiParts) {
  if (inputs["name"] !== "$default" || inputs["autoDeploy"] !== true) throw refusal(`The stage "${name}" is not an auto-deployed $default`);
  const settings = inputs["defaultRouteSettings"] as RouteSettings | undefined;
  const throttle = settings && { rateLimit: settings.throttlingRateLimit, burstLimit: settings.throttlingBurstLimit };
  const log = inputs["accessLogSettings"] as { readonly destinationArn: string; readonly format: string } | undefined;
  if (log === undefined) return { throttle };
  const group = log.destinationArn.replace(/^.*:log-group:/, "").replace(/:\*$/, "");
  const format = compileAccessLogFormat(log.format);
  return { throttle, onAccess: (entry: Parameters<typeof format>[0]) => logs.append(group, format(entry)) };
}

const refusal = (what: string): Error => new Error(`${what}, and npm start simulates no other.`);
