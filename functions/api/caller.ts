import { createHash } from "node:crypto";
import type { APIGatewayEventRequestContextIAMAuthorizer, APIGatewayEventRequestContextJWTAuthorizer } from "aws-lambda";
import { HttpError } from "../stages/errors.ts";
import type { HttpRequest } from "./http.ts";

type Authorizer = Partial<APIGatewayEventRequestContextJWTAuthorizer & APIGatewayEventRequestContextIAMAuthorizer>;

/**
 * Whose jobs a request sees. Everyone's are `public` while the API asks nobody who they are; otherwise a caller's are a
 * digest, so that neither record nor key holds who that is.
 *
 * @throws {@link HttpError} 403 for a token that does not say whose it is.
 */
export function ownerOf({ requestContext }: HttpRequest): string {
  const { authorizer } = requestContext as { authorizer?: Authorizer };
  if (authorizer?.jwt !== undefined) return digest(`jwt\n${claim(authorizer, "iss")}\n${claim(authorizer, "sub")}`);
  // What a session is called changes with each login; the role or user that it is of does not.
  if (authorizer?.iam !== undefined) return digest(`iam\n${authorizer.iam.userId.split(":")[0]}`);
  return "public";
}

function claim({ jwt }: Authorizer, name: string): string {
  const value = jwt?.claims[name];
  if (value === undefined || value === "")
    throw new HttpError(403, `The token has no claim '${name}', so that its jobs would be nobody's.`);
  return String(value);
}

/** As many bits as a UUID has: enough to tell callers apart, and short in every key. */
const digest = (identity: string): string => createHash("sha256").update(identity).digest("base64url").slice(0, 22);
