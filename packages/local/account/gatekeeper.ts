import type { Clock } from "../clock.ts";
import { type AccessRequest, evaluate } from "../iam/evaluate.ts";
import type { PermissionLedger } from "../iam/permission-ledger.ts";
import { sessionArnOf } from "../iam/roles.ts";
import { AwsError } from "../transport/aws-error.ts";
import type { AwsRequest } from "../transport/aws-message.ts";
import { developer, developerAccessKeyId } from "./developer.ts";
import type { Location } from "./permissions.ts";
import { checkPresigned, isPresigned, presignedSignatureOf } from "./presigned.ts";
import type { Principal } from "./services.ts";
import { isSignedBy, signatureOf } from "./signature.ts";

/** How a service words its refusals of a caller. */
export interface RefusalNames {
  readonly status: number;
  readonly missing: string;
  readonly unknownKey: string;
  readonly wrongSignature: string;
  readonly denied: string;
}

export const jsonRefusals: RefusalNames = {
  status: 400,
  missing: "MissingAuthenticationTokenException",
  unknownKey: "UnrecognizedClientException",
  wrongSignature: "InvalidSignatureException",
  denied: "AccessDeniedException",
};

export const lambdaRefusals: RefusalNames = { ...jsonRefusals, status: 403 };

export const s3Refusals: RefusalNames = {
  status: 403,
  missing: "AccessDenied",
  unknownKey: "InvalidAccessKeyId",
  wrongSignature: "SignatureDoesNotMatch",
  denied: "AccessDenied",
};

/** Knows who calls, and whether they may. */
export class Gatekeeper {
  readonly #location: Location;
  readonly #credentials: ReadonlyMap<string, Principal>;
  readonly #ledger: PermissionLedger;
  readonly #clock: Clock;

  constructor(location: Location, credentials: ReadonlyMap<string, Principal>, ledger: PermissionLedger, clock: Clock) {
    this.#clock = clock;
    this.#location = location;
    this.#credentials = credentials;
    this.#ledger = ledger;
  }

  /** @throws AwsError, named as the service would name it, for an unsigned request, an unknown key, a wrong signature, and a URL that holds no longer. */
  identify(request: AwsRequest, names: RefusalNames): Principal {
    const presigned = isPresigned(request) ? presignedSignatureOf(request) : undefined;
    const signature = presigned ?? signatureOf(request);
    if (signature === undefined) throw new AwsError(names.missing, "Request is missing Authentication Token", names.status);
    const principal = signature.accessKeyId === developerAccessKeyId ? developer : this.#credentials.get(signature.accessKeyId);
    if (principal === undefined)
      throw new AwsError(names.unknownKey, "The security token included in the request is invalid.", names.status);
    if (presigned !== undefined) checkPresigned(presigned, request, this.#clock.now());
    if (isSignedBy(principal.secretAccessKey, signature, request)) return principal;
    const message =
      "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.";
    throw new AwsError(names.wrongSignature, message, names.status);
  }

  /** @throws AwsError with IAM's sentence, for the first permission that the principal's policies do not grant. */
  authorize(principal: Principal, permissions: readonly AccessRequest[], names: RefusalNames): void {
    for (const permission of permissions) {
      const decision = evaluate(principal.policies, { ...permission, context: { ...this.#contextOf(principal), ...permission.context } });
      this.#ledger.record(principal.roleName, permission, decision);
      if (!decision.allowed) throw this.#denial(principal, permission, decision.reason === "explicit deny", names);
    }
  }

  #denial(principal: Principal, { action, resource }: AccessRequest, explicit: boolean, names: RefusalNames): AwsError {
    const user = sessionArnOf(principal, this.#location.accountId);
    const reason = explicit
      ? "with an explicit deny in an identity-based policy"
      : `because no identity-based policy allows the ${action} action`;
    const on = names === s3Refusals ? `"${resource}"` : resource;
    return new AwsError(names.denied, `User: ${user} is not authorized to perform: ${action} on resource: ${on} ${reason}`, names.status);
  }

  #contextOf({ roleName }: Principal): Record<string, string> {
    const { accountId, region } = this.#location;
    return {
      "aws:PrincipalAccount": accountId,
      "aws:PrincipalArn": `arn:aws:iam::${accountId}:role/${roleName}`,
      "aws:RequestedRegion": region,
      "aws:SecureTransport": "true", // the loopback stands for the TLS that every SDK speaks with AWS
    };
  }
}
