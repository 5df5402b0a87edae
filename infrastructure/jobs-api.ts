import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { preflightRoute } from "./routes.ts";
import type { Settings } from "./settings.ts";

export interface JobsApiArgs {
  /** The function behind each route key, such as `POST /jobs`; `$default` answers what no route takes. */
  readonly routes: Readonly<Record<string, aws.lambda.Function>>;
  readonly logRetentionDays: number;
  /** Requests a second, and at once, that the API lets through; what is more is answered `429`. */
  readonly throttle: { readonly rate: number; readonly burst: number };
  readonly authorization: ApiAuthorization;
  /** Origins whose pages may call the API from a browser. */
  readonly corsOrigins: readonly string[];
}

/** Who may call, by the stack's settings. */
export type ApiAuthorization = Pick<Settings, "auth" | "jwtIssuer" | "jwtAudience">;

/** What a route says of its callers. */
type RouteAuthorization = Pick<aws.apigatewayv2.RouteArgs, "authorizationType" | "authorizerId">;

/** The description of the API holds nothing that a caller would have to be known for, and neither does what a browser asks first. */
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
  /** The address under which the routes stand, without a slash at its end. */
  readonly baseUrl: pulumi.Output<string>;
  readonly apiId: pulumi.Output<string>;
  readonly logGroupName: pulumi.Output<string>;

  constructor(name: string, args: JobsApiArgs, opts?: pulumi.ComponentResourceOptions) {
    super("async-text-processing:index:JobsApi", name, {}, opts);
    const api = new aws.apigatewayv2.Api(name, { protocolType: "HTTP", corsConfiguration: corsOf(args) }, { parent: this });
    const authorization = this.#authorizationOf(name, api, args.authorization);
    const integrations = new Map<aws.lambda.Function, aws.apigatewayv2.Integration>();
    for (const [routeKey, target] of Object.entries(args.routes)) {
      const resourceName = `${name}-${slugOf(routeKey)}`;
      const integration = integrations.get(target) ?? this.#createIntegration(resourceName, api, target);
      integrations.set(target, integration);
      this.#createRoute(resourceName, api, routeKey, integration, openRoutes.includes(routeKey) ? {} : authorization);
      this.#createPermission(resourceName, api, routeKey, target);
    }
    this.logGroupName = this.#createStage(name, api, args);
    this.baseUrl = api.apiEndpoint;
    this.apiId = api.id;
    this.registerOutputs({ baseUrl: this.baseUrl, apiId: this.apiId, logGroupName: this.logGroupName });
  }

  #createIntegration(name: string, api: aws.apigatewayv2.Api, target: aws.lambda.Function): aws.apigatewayv2.Integration {
    return new aws.apigatewayv2.Integration(
      name,
      { apiId: api.id, integrationType: "AWS_PROXY", integrationUri: target.invokeArn, payloadFormatVersion: "2.0" },
      { parent: this },
    );
  }

  #authorizationOf(name: string, api: aws.apigatewayv2.Api, { auth, jwtIssuer, jwtAudience }: ApiAuthorization): RouteAuthorization {
    if (auth === "none") return {};
    if (auth === "iam") return { authorizationType: "AWS_IAM" };
    const authorizer = new aws.apigatewayv2.Authorizer(
      name,
      {
        apiId: api.id,
        name,
        authorizerType: "JWT",
        identitySources: ["$request.header.Authorization"],
        jwtConfiguration: { issuer: jwtIssuer, audiences: jwtAudience },
      },
      { parent: this },
    );
    return { authorizationType: "JWT", authorizerId: authorizer.id };
  }

  #createRoute(
    name: string,
    api: aws.apigatewayv2.Api,
    routeKey: string,
    integration: aws.apigatewayv2.Integration,
    authorization: RouteAuthorization,
  ): void {
    new aws.apigatewayv2.Route(
      name,
      { apiId: api.id, routeKey, target: pulumi.interpolate`integrations/${integration.id}`, ...authorization },
      { parent: this },
    );
  }

  /** Lets this route of this API invoke the function, and nothing else. */
  #createPermission(name: string, api: aws.apigatewayv2.Api, routeKey: string, target: aws.lambda.Function): void {
    new aws.lambda.Permission(
      name,
      {
        action: "lambda:InvokeFunction",
        function: target.name,
        principal: "apigateway.amazonaws.com",
        sourceArn: pulumi.interpolate`${api.executionArn}/*/${sourcePathOf(routeKey)}`,
      },
      { parent: this },
    );
  }

  #createStage(name: string, api: aws.apigatewayv2.Api, { logRetentionDays, throttle }: JobsApiArgs): pulumi.Output<string> {
    const logGroup = new aws.cloudwatch.LogGroup(
      name,
      { name: `/aws/vendedlogs/apis/${pulumi.getProject()}-${pulumi.getStack()}`, retentionInDays: logRetentionDays },
      { parent: this },
    );
    new aws.apigatewayv2.Stage(
      name,
      {
        apiId: api.id,
        name: "$default",
        autoDeploy: true,
        defaultRouteSettings: { throttlingRateLimit: throttle.rate, throttlingBurstLimit: throttle.burst },
        accessLogSettings: { destinationArn: logGroup.arn, format: accessLogFormat },
      },
      { parent: this },
    );
    return logGroup.name;
  }
}

/** What pages of other origins may send and read. */
function corsOf({ corsOrigins, routes }: JobsApiArgs): aws.types.input.apigatewayv2.ApiCorsConfiguration | undefined {
  if (corsOrigins.length === 0) return undefined;
  const calls = Object.keys(routes).filter((routeKey) => routeKey !== preflightRoute);
  const methods = calls.flatMap((routeKey) => /^[A-Z]+/.exec(routeKey)?.[0] ?? []);
  return {
    allowOrigins: [...corsOrigins],
    allowMethods: [...new Set(methods)],
    allowHeaders: ["authorization", "content-type", "idempotency-key", "if-none-match"],
    exposeHeaders: ["etag", "idempotency-replayed", "location", "retry-after"],
    maxAge: 3_600,
  };
}

/** `GET /jobs/{jobId}` as part of a logical name: `get-jobs-jobId`. */
function slugOf(routeKey: string): string {
  return routeKey
    .replace(/[^A-Za-z]+/g, "-")
    .replace(/^-|-$/g, "")
    .replace(/^[A-Z]+/, (method) => method.toLowerCase());
}

/** A route key as the source of a call: method and path, with `*` for each parameter. */
function sourcePathOf(routeKey: string): string {
  return routeKey.replace(" /", "/").replace(/\{[^}]+\}/g, "*");
}
