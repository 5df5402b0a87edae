import type { Principal } from "../account/services.ts";
import { accessKeyIdOf, sessionArnOf } from "../iam/roles.ts";
import { arn, type Place } from "../program/resource-type.ts";
import { AwsError } from "../transport/aws-error.ts";
import type { AwsRequest } from "../transport/aws-message.ts";
import type { Authorizer } from "./authorizer.ts";
import { GatewayError } from "./response.ts";

/** Finds out who signed a request for `execute-api`, and whether their policies allow this. @throws AwsError */
export type AdmitSigned = (request: AwsRequest, permission: { readonly action: string; readonly resource: string }) => Principal;

/**
 * IAM authorization of an HTTP API: whoever signs with Signature Version 4 and may invoke the API passes.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html
 */
export const iamAuthorizer =
  (apiId: string, place: Place, admit: AdmitSigned): Authorizer =>
  async (request) => {
    const [path = ""] = request.url.split("?");
    const resource = arn(place, "execute-api", `${apiId}/$default/${request.method}${path}`);
    const principal = admitted(() => admit(request, { action: "execute-api:Invoke", resource }));
    return { iam: identityOf(principal, place) };
  };

/** The client is told no reason. */
function admitted(admit: () => Principal): Principal {
  try {
    return admit();
  } catch (error) {
    throw error instanceof AwsError ? new GatewayError(403) : error;
  }
}

/** As for a caller who has taken a role on: its id, a colon, and the session's name. */
function identityOf(principal: Principal, { accountId }: Place) {
  const { sessionName = principal.roleName } = principal;
  const accessKey = accessKeyIdOf(principal);
  const userId = `AROA${accessKey}:${sessionName}`;
  return {
    accessKey,
    accountId,
    callerId: userId,
    cognitoIdentity: null,
    principalOrgId: null,
    userArn: sessionArnOf(principal, accountId),
    userId,
  };
}
