import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { Clock } from "../clock.ts";
import type { LambdaService } from "../lambda/lambda-service.ts";
import type { LogGroups } from "../logs/log-groups.ts";
import { AwsError } from "../transport/aws-error.ts";
import { compileAccessLogFormat } from "./access-log.ts";
import type { Authorizer } from "./authorizer.ts";
import type { CorsConfiguration } from "./cors.ts";
import { HttpApi } from "./http-api.ts";
import type { HttpApiRoute, InvokeOutcome } from "./integration.ts";
import type { Throttle } from "./throttle.ts";

interface Integration {
  readonly functionArn: string;
  readonly timeoutMilliseconds: number;
}

interface Route {
  readonly integrationId: string;
  /** `NONE`, `AWS_IAM` or `JWT`. */
  readonly authorizationType: string;
  readonly authorizerId: string | undefined;
}

export interface ApiStage {
  readonly throttle: Throttle | undefined;
  readonly accessLog: { readonly group: string; readonly format: string } | undefined;
}

interface ApiParts {
  readonly cors: CorsConfiguration | undefined;
  readonly integrations: Map<string, Integration>;
  readonly authorizers: Map<string, Authorizer>;
  readonly routes: Map<string, Route>;
  stage?: ApiStage;
}

export interface HttpApisOptions {
  readonly accountId: string;
  readonly domainName: string;
  readonly clock: Clock;
  readonly lambda: LambdaService;
  readonly logs: LogGroups;
  /** The ARN under which an API calls a function: of a route of its stage. */
  readonly sourceArnOf: (apiId: string, routeKey: string) => string;
  readonly iamAuthorizerOf: (apiId: string) => Authorizer;
}

/** Puts an HTTP API together from the resources that declare its parts, which come in no certain order. */
export class HttpApis {
  readonly #options: HttpApisOptions;
  readonly #apis = new Map<string, ApiParts>();

  constructor(options: HttpApisOptions) {
    this.#options = options;
  }

  addApi(apiId: string, cors?: CorsConfiguration): void {
    this.#apis.set(apiId, { cors, integrations: new Map(), authorizers: new Map(), routes: new Map() });
  }

  addIntegration(apiId: string, id: string, integration: Integration): void {
    this.#parts(apiId).integrations.set(id, integration);
  }

  addAuthorizer(apiId: string, id: string, authorizer: Authorizer): void {
    this.#parts(apiId).authorizers.set(id, authorizer);
  }

  addRoute(apiId: string, routeKey: string, route: Route): void {
    this.#parts(apiId).routes.set(routeKey, route);
  }

  addStage(apiId: string, stage: ApiStage): void {
    this.#parts(apiId).stage = stage;
  }

  /**
   * Deploys the one API.
   *
   * @throws Error where there is none, more than one, or one without a stage.
   */
  deploy(): HttpApi {
    const [[apiId, parts] = [], another] = this.#apis;
    if (apiId === undefined || parts === undefined || another !== undefined) throw new Error("npm start simulates exactly one HTTP API.");
    if (parts.stage === undefined) throw new Error("The HTTP API has no stage.");
    const { accountId, domainName, clock, logs } = this.#options;
    const { throttle, accessLog } = parts.stage;
    const format = accessLog && compileAccessLogFormat(accessLog.format);
    const onAccess = accessLog && format && ((entry: Parameters<typeof format>[0]) => logs.append(accessLog.group, format(entry)));
    return new HttpApi({ accountId, apiId, domainName, clock, cors: parts.cors, throttle, onAccess, routes: this.#routes(apiId, parts) });
  }

  #routes(apiId: string, parts: ApiParts): HttpApiRoute[] {
    return [...parts.routes].map(([routeKey, route]) => {
      const integration = parts.integrations.get(route.integrationId);
      if (integration === undefined) throw new Error(`The route ${routeKey} has no integration ${route.integrationId}.`);
      const { functionArn, timeoutMilliseconds } = integration;
      const authorize = this.#authorizerOf(apiId, routeKey, route, parts);
      return { routeKey, timeoutMilliseconds, authorize, invoke: (event) => this.#invoke(apiId, routeKey, functionArn, event) };
    });
  }

  #authorizerOf(apiId: string, routeKey: string, { authorizationType, authorizerId }: Route, parts: ApiParts): Authorizer | undefined {
    if (authorizationType === "NONE") return undefined;
    if (authorizationType === "AWS_IAM") return this.#options.iamAuthorizerOf(apiId);
    const authorizer = authorizationType === "JWT" ? parts.authorizers.get(authorizerId ?? "") : undefined;
    if (authorizer === undefined)
      throw new Error(`The route ${routeKey} is authorized by ${authorizationType}, for which there is no authorizer.`);
    return authorizer;
  }

  async #invoke(apiId: string, routeKey: string, functionArn: string, event: APIGatewayProxyEventV2): Promise<InvokeOutcome> {
    const { lambda, sourceArnOf } = this.#options;
    const caller = { service: "apigateway.amazonaws.com", sourceArn: sourceArnOf(apiId, routeKey) };
    try {
      const outcome = await lambda.invokeFor(caller, functionArn, JSON.stringify(event));
      return "payload" in outcome ? outcome : { error: "unhandled" };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return { error: error.name === "TooManyRequestsException" ? "throttled" : "denied" };
    }
  }

  #parts(apiId: string): ApiParts {
    const parts = this.#apis.get(apiId);
    if (parts === undefined) throw new Error(`There is no API ${apiId}.`);
    return parts;
  }
}
