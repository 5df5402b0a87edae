import { hash } from "node:crypto";
import type { APIGatewayEventRequestContextIAMAuthorizer, APIGatewayEventRequestContextJWTAuthorizer } from "aws-lambda";
import { publicOwner } from "../jobs/job.ts";
import type { HttpRequest, HttpResponse, Route } from "./http.ts";
import { HttpError } from "./problems.ts";

/**
 * A route whose answer depends on the owner. The caller is identified before anything else of the request is read, so that a caller
 * without an identity learns nothing from the answer, such as whether a job exists.
 */
export function ownerRoute(answer: (request: HttpRequest, owner: string) => Promise<HttpResponse>): Route {
  return async (request) => answer(request, ownerOf(request));
}

type Authorizer = Partial<APIGatewayEventRequestContextJWTAuthorizer & APIGatewayEventRequestContextIAMAuthorizer>;

/**
 * The owner of the jobs that a request creates and reads: {@link publicOwner} without authentication, otherwise a digest, so that
 * neither record nor key identifies the caller.
 *
 * @throws {@link HttpError} `TokenClaimMissing`.
 */
export function ownerOf({ requestContext }: HttpRequest): string {
  const { authorizer } = requestContext as { authorizer?: Authorizer };
  if (authorizer?.jwt !== undefined) return digest(`jwt\n${claim(authorizer, "iss")}\n${claim(authorizer, "sub")}`);
  if (authorizer?.iam !== undefined) return digest(`iam\n${principalOf(authorizer.iam.userId)}`);
  return publicOwner;
}

/**
 * A session of a role is `AROA…:session`; the session's name changes with each login, the role's id does not. All other forms name
 * one caller as they are: a user `AIDA…`, the root user `<account>`, a federated user `<account>:<name>`.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable
 */
const principalOf = (userId: string): string => /^AROA[^:]*/.exec(userId)?.[0] ?? userId;

function claim({ jwt }: Authorizer, name: string): string {
  const value = jwt?.claims[name];
  if (value === undefined || value === "") throw new HttpError("TokenClaimMissing", `The token has no ${name} claim.`);
  return String(value);
}

/** As many bits as a UUID has: enough to distinguish callers, and short in every key. */
const digest = (identity: string): string => hash("sha256", identity, "base64url").slice(0, 22);
