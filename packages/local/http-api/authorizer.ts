import type { APIGatewayEventRequestContextIAMAuthorizer, APIGatewayEventRequestContextJWTAuthorizer } from "aws-lambda";
import type { AwsRequest } from "../transport/aws-message.ts";

/** Who a request comes from, as the event says it in `requestContext.authorizer`. */
export type AuthorizerContext =
  | Pick<APIGatewayEventRequestContextJWTAuthorizer, "jwt">
  | { readonly iam: { readonly [Member in keyof APIGatewayEventRequestContextIAMAuthorizer["iam"]]: string | null } };

/**
 * Says who a request comes from.
 *
 * @throws GatewayError 401 or 403 where the request may not pass.
 */
export type Authorizer = (request: AwsRequest) => Promise<AuthorizerContext>;
