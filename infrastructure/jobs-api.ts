import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface JobsApiArgs {
  /** The function behind each route key, such as `POST /jobs`; `$default` answers what no route takes. */
  readonly routes: Readonly<Record<string, aws.lambda.Function>>;
  readonly logRetentionDays: number;
}

/** Requests a second and at once that the API lets through; what is more is answered `429`. */
const throttle = { throttlingRateLimit: 500, throttlingBurstLimit: 1_000 };

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

  constructor(name: string, args: JobsApiArgs, opts?: pulumi.ComponentResourceOptions) {
    super("async-text-processing:index:JobsApi", name, {}, opts);
    const api = new aws.apigatewayv2.Api(name, { protocolType: "HTTP" }, { parent: this });
    const integrations = new Map<aws.lambda.Function, aws.apigatewayv2.Integration>();
    for (const [routeKey, target] of Object.entries(args.routes)) {
      const resourceName = `${name}-${slugOf(routeKey)}`;
      const integration = integrations.get(target) ?? this.#createIntegration(resourceName, api, target);
      integrations.set(target, integration);
      this.#createRoute(resourceName, api, routeKey, integration);
      this.#createPermission(resourceName, api, routeKey, target);
    }
    this.#createStage(name, api, args.logRetentionDays);
    this.baseUrl = api.apiEndpoint;
    this.registerOutputs({ baseUrl: this.baseUrl });
  }

  #createIntegration(name: string, api: aws.apigatewayv2.Api, target: aws.lambda.Function): aws.apigatewayv2.Integration {
    return new aws.apigatewayv2.Integration(
      name,
      { apiId: api.id, integrationType: "AWS_PROXY", integrationUri: target.invokeArn, payloadFormatVersion: "2.0" },
      { parent: this },
    );
  }

  #createRoute(name: string, api: aws.apigatewayv2.Api, routeKey: string, integration: aws.apigatewayv2.Integration): void {
    new aws.apigatewayv2.Route(
      name,
      { apiId: api.id, routeKey, target: pulumi.interpolate`integrations/${integration.id}` },
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

  #createStage(name: string, api: aws.apigatewayv2.Api, logRetentionDays: number): void {
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
        defaultRouteSettings: throttle,
        accessLogSettings: { destinationArn: logGroup.arn, format: accessLogFormat },
      },
      { parent: this },
    );
  }
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
