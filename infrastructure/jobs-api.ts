import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { JobFunction } from "./job-function.ts";
import { preflightRoute, type Routes } from "./routes.ts";
import type { Settings } from "./settings.ts";

export interface JobsApiArgs {
  readonly routes: Routes;
  readonly settings: Pick<Settings, "logRetentionDays" | "throttle" | "auth" | "jwtIssuer" | "jwtAudience" | "corsOrigins">;
}

type RouteAuthorization = Pick<aws.apigatewayv2.RouteArgs, "authorizationType" | "authorizerId">;

/** The description of the API is for everyone, and so is a browser's preflight. */
const openRoutes = ["GET /openapi.json", preflightRoute];

/** One JSON line for each request, in the variables of API Gateway. */
const accessLogFormat = JSON.stringify({
  requestId: "$context.requestId",
  requestTime: "$context.requestTime",
  ip: "$context.identity.sourceIp",
  routeKey: "$context.routeKey",
  status: "$context.status",
  responseLength: "$context.responseLength",
  integrationError: "$context.integrationErrorMessage",
});

/** The HTTP API in front of the functions. */
export class JobsApi extends pulumi.ComponentResource {
  /** Without a slash at its end. */
  readonly baseUrl: pulumi.Output<string>;
  readonly apiId: pulumi.Output<string>;
  readonly logGroupName: pulumi.Output<string>;

  constructor(name: string, args: JobsApiArgs, opts?: pulumi.ComponentResourceOptions) {
    super("async-text-processing:index:JobsApi", name, {}, opts);
    const api = new aws.apigatewayv2.Api(
      name,
      { protocolType: "HTTP", corsConfiguration: corsOf(args), tags: tagsOfProject() },
      { parent: this },
    );
    const authorization = this.#authorizationOf(name, api, args);
    const integrations = new Map<JobFunction, aws.apigatewayv2.Integration>();
    for (const [routeKey, target] of Object.entries(args.routes)) {
      const routeName = `${name}-${slugOf(routeKey)}`;
      const integration = integrations.get(target) ?? this.#createIntegration(routeName, api, target);
      integrations.set(target, integration);
      this.#createRoute(routeName, api, routeKey, integration, openRoutes.includes(routeKey) ? {} : authorization);
      this.#createPermission(routeName, api, routeKey, target);
    }
    this.logGroupName = this.#createStage(name, api, args);
    this.baseUrl = api.apiEndpoint;
    this.apiId = api.id;
    this.registerOutputs({ baseUrl: this.baseUrl, apiId: this.apiId, logGroupName: this.logGroupName });
  }

  #createIntegration(name: string, { id: apiId }: aws.apigatewayv2.Api, { lambda }: JobFunction): aws.apigatewayv2.Integration {
    const proxy = { integrationType: "AWS_PROXY", integrationUri: lambda.invokeArn, payloadFormatVersion: "2.0" };
    return new aws.apigatewayv2.Integration(name, { apiId, ...proxy }, { parent: this });
  }

  #authorizationOf(name: string, { id: apiId }: aws.apigatewayv2.Api, { settings }: JobsApiArgs): RouteAuthorization {
    if (settings.auth === "none") return {};
    if (settings.auth === "iam") return { authorizationType: "AWS_IAM" };
    const jwtConfiguration = { issuer: settings.jwtIssuer, audiences: settings.jwtAudience };
    const authorizer = new aws.apigatewayv2.Authorizer(
      name,
      { apiId, name, authorizerType: "JWT", identitySources: ["$request.header.Authorization"], jwtConfiguration },
      { parent: this },
    );
    return { authorizationType: "JWT", authorizerId: authorizer.id };
  }

  #createRoute(
    name: string,
    { id: apiId }: aws.apigatewayv2.Api,
    routeKey: string,
    { id }: aws.apigatewayv2.Integration,
    authorization: RouteAuthorization,
  ): void {
    const target = pulumi.interpolate`integrations/${id}`;
    new aws.apigatewayv2.Route(name, { apiId, routeKey, target, ...authorization }, { parent: this });
  }

  /** Allows only this route of this API to invoke the function. */
  #createPermission(name: string, { executionArn }: aws.apigatewayv2.Api, routeKey: string, { lambda }: JobFunction): void {
    const caller = { principal: "apigateway.amazonaws.com", sourceArn: pulumi.interpolate`${executionArn}/*/${sourcePathOf(routeKey)}` };
    new aws.lambda.Permission(name, { action: "lambda:InvokeFunction", function: lambda.name, ...caller }, { parent: this });
  }

  #createStage(name: string, { id: apiId }: aws.apigatewayv2.Api, { settings }: JobsApiArgs): pulumi.Output<string> {
    const { logRetentionDays, throttle } = settings;
    const logGroup = new aws.cloudwatch.LogGroup(
      name,
      { name: `/aws/vendedlogs/apis/${pulumi.getProject()}-${pulumi.getStack()}`, retentionInDays: logRetentionDays },
      { parent: this },
    );
    const defaultRouteSettings = { throttlingRateLimit: throttle.rate, throttlingBurstLimit: throttle.burst };
    const accessLogSettings = { destinationArn: logGroup.arn, format: accessLogFormat };
    new aws.apigatewayv2.Stage(
      name,
      { apiId, name: "$default", autoDeploy: true, defaultRouteSettings, accessLogSettings, tags: tagsOfProject() },
      { parent: this },
    );
    return logGroup.name;
  }
}

/** Requests that pages of other origins may send, and headers that they may read. */
function corsOf({ settings, routes }: JobsApiArgs): aws.types.input.apigatewayv2.ApiCorsConfiguration | undefined {
  if (settings.corsOrigins.length === 0) return undefined;
  const calls = Object.keys(routes).filter((routeKey) => routeKey !== preflightRoute);
  const methods = calls.flatMap((routeKey) => /^[A-Z]+/.exec(routeKey)?.[0] ?? []);
  return {
    allowOrigins: settings.corsOrigins,
    allowMethods: [...new Set(methods)],
    allowHeaders: ["authorization", "content-type", "idempotency-key", "if-none-match"],
    exposeHeaders: ["etag", "idempotency-replayed", "location", "retry-after"],
    maxAge: 3_600,
  };
}

/** The ARN of an API has no name in it: a policy tells this project's APIs from others by their tag. */
const tagsOfProject = () => ({ project: pulumi.getProject() });

/** `GET /jobs/{jobId}` as part of a logical name: `get-jobs-jobId`. */
const slugOf = (routeKey: string): string =>
  routeKey
    .replace(/[^A-Za-z]+/g, "-")
    .replace(/^-|-$/g, "")
    .replace(/^[A-Z]+/, (method) => method.toLowerCase());

/** A route key as the source of a call: method and path, with `*` for each parameter. */
const sourcePathOf = (routeKey: string): string => routeKey.replace(" /", "/").replace(/\{[^}]+\}/g, "*");
