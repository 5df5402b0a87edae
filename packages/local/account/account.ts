import { AwsError, type AwsRequest, type AwsResponse } from "../aws.ts";
import { jsonRefusals } from "../aws-json.ts";
import { evaluate } from "../iam/evaluate.ts";
import { PermissionLedger } from "../iam/permission-ledger.ts";
import { type Principal, type Roles, sessionArnOf } from "../iam/roles.ts";
import type { AccessRequest, Api, Call, RefusalNames, Stack } from "../service.ts";
import { developer, developerAccessKeyId } from "./developer.ts";
import { isPresigned, presignedSignatureOf } from "./presigned.ts";
import { isSignedBy, type Signature, signatureOf } from "./signature.ts";
import { checkSignature, signatureMismatch } from "./signature-check.ts";
import { unknownService } from "./unknown-service.ts";

/** A call whose caller is known and has the permissions. */
export interface PermittedCall {
  /** `dynamodb`, `lambda`, `s3`, `states`. */
  readonly service: string;
  /** Such as `PutItem`. */
  readonly operation: string;
  readonly principal: Principal;
  /** The ARN of what it works on; the first, where there are several. */
  readonly resource: string;
}

/** A call that has ended, for who follows what a program does. */
export interface ObservedCall {
  readonly service: string;
  readonly operation: string;
  /** As the service has read it; not to be changed. */
  readonly input: unknown;
  /** The name of the function that called, or else of the role. */
  readonly caller: string;
  readonly readUnits: number;
  readonly writeUnits: number;
  /** True where the service answered with an error. */
  readonly isRefused: boolean;
}

/** Awaited before each permitted call. It can hold the call, or throw an {@link AwsError} in its place. */
export type Interceptor = (call: PermittedCall) => Promise<void>;

/** The AWS account of a stack: identifies the caller, checks the permissions, and hands the call to its service. */
export class Account {
  /** The granted actions that were used, and the refusals. */
  readonly ledger = new PermissionLedger();
  readonly #stack: Stack;
  readonly #roles: Roles;
  readonly #observers = new Set<(call: ObservedCall) => void>();
  #interceptor: Interceptor | undefined;

  constructor(stack: Stack, roles: Roles) {
    this.#stack = stack;
    this.#roles = roles;
  }

  /** Sets the interceptor of calls, in place of an earlier one: for tests of a program with slow and failing services. */
  intercept(interceptor: Interceptor | undefined): void {
    this.#interceptor = interceptor;
  }

  /** @param observer called after each call that was let through. */
  observe(observer: (call: ObservedCall) => void): void {
    this.#observers.add(observer);
  }

  /** Answers any request of an AWS client; never rejects. */
  async handle(request: AwsRequest): Promise<AwsResponse> {
    const signedFor = signatureOf(request)?.service ?? (isPresigned(request) ? "s3" : undefined);
    const found = [...this.#stack.apis].find(([, api]) => api.accepts(request, signedFor));
    if (found === undefined) return unknownService(request, signedFor, [...this.#stack.apis.keys()]);
    const [service, api] = found;
    try {
      const principal = await this.#identify(request, service, api.refusals);
      return api.write(await this.#run(service, api, api.read(request), principal));
    } catch (error) {
      if (!(error instanceof AwsError)) this.#stack.onFault(error);
      return api.writeError(error, request);
    }
  }

  /**
   * A call by a role of the stack, without a request around it.
   *
   * @param service such as `dynamodb`.
   * @throws {@link AwsError} as the service would answer it.
   */
  call(service: string, call: Call, principal: Principal): Promise<unknown> {
    const api = this.#stack.apis.get(service);
    if (api === undefined) throw new Error(`There is no local service ${service}.`);
    return this.#run(service, api, call, principal);
  }

  /**
   * Identifies the signer of a request to another server than the AWS endpoint, such as an HTTP API.
   *
   * @param names under which that service refuses.
   * @throws {@link AwsError} for an unknown caller, and for one whose policies do not allow this.
   */
  async admit(request: AwsRequest, permission: AccessRequest, names: RefusalNames): Promise<Principal> {
    const principal = await this.#identify(request, permission.action.split(":")[0] ?? "", names);
    this.#authorize(principal, [permission], names);
    return principal;
  }

  /** Checks the permissions of a role for a service that goes on without them. A denial is reported. */
  permits(principal: Principal, permissions: readonly AccessRequest[]): boolean {
    try {
      this.#authorize(principal, permissions, jsonRefusals);
      return true;
    } catch (error) {
      this.#stack.onNotice((error as AwsError).message);
      return false;
    }
  }

  async #run(service: string, api: Api, call: Call, principal: Principal): Promise<unknown> {
    const authorize = (requests: readonly AccessRequest[]) => this.#authorize(principal, requests, api.refusals);
    const permissions = api.permissionsOf(call);
    authorize(permissions);
    const { operation } = call;
    const resource = permissions[0]?.resource ?? "*";
    await this.#interceptor?.({ service, operation, principal, resource });
    let [readUnits, writeUnits] = [0, 0];
    const consume = (read: number, written: number) => {
      readUnits += read;
      writeUnits += written;
    };
    const { onUsage } = this.#stack;
    const isMetered = onUsage !== undefined || this.#observers.size > 0;
    let isRefused = true;
    try {
      const output = await api.run(call, { authorize, consume: isMetered ? consume : undefined });
      isRefused = false;
      return output;
    } finally {
      const caller = principal.sessionName ?? principal.roleName;
      onUsage?.({ kind: "call", service, operation, caller, resource, readUnits, writeUnits });
      for (const observe of this.#observers) observe({ service, operation, input: call.input, caller, readUnits, writeUnits, isRefused });
    }
  }

  /**
   * @param service as a signature for it names it.
   * @throws AwsError for an unsigned request, an unknown key, and a signature that is wrong, old, or for something else.
   */
  async #identify(request: AwsRequest, service: string, names: RefusalNames): Promise<Principal> {
    const signature = signatureIn(request, service);
    if (signature === undefined) throw new AwsError(names.missing, "Request is missing Authentication Token", names.status);
    const principal = signature.accessKeyId === developerAccessKeyId ? developer : this.#roles.credentials.get(signature.accessKeyId);
    if (principal === undefined)
      throw new AwsError(names.unknownKey, "The security token included in the request is invalid.", names.status);
    const { clock, location } = this.#stack;
    // AWS knows no such developer, whose clients may have any region in their settings.
    const region = principal === developer ? (signature.scope.split("/")[1] ?? "") : location.region;
    checkSignature(signature, request, { service, region, now: clock.now() }, names);
    if (await isSignedBy(principal.secretAccessKey, signature, request)) return principal;
    throw new AwsError(names.wrongSignature, signatureMismatch, names.status);
  }

  /** @throws AwsError with IAM's sentence, for the first permission that the principal's policies do not grant. */
  #authorize(principal: Principal, permissions: readonly AccessRequest[], names: RefusalNames): void {
    for (const permission of permissions) {
      const context = { ...this.#contextOf(principal), ...permission.context };
      const decision = evaluate(principal.policies, { ...permission, context });
      this.ledger.record(principal.roleName, permission, decision);
      if (!decision.allowed) throw this.#denial(principal, permission, decision.reason === "explicit deny", names);
    }
  }

  #denial(principal: Principal, { action, resource }: AccessRequest, explicit: boolean, names: RefusalNames): AwsError {
    const user = sessionArnOf(principal, this.#stack.location.accountId);
    const reason = explicit
      ? "with an explicit deny in an identity-based policy"
      : `because no identity-based policy allows the ${action} action`;
    const on = action.startsWith("s3:") ? `"${resource}"` : resource;
    return new AwsError(names.denied, `User: ${user} is not authorized to perform: ${action} on resource: ${on} ${reason}`, names.status);
  }

  #contextOf({ roleName }: Principal): Record<string, string> {
    const { accountId, region } = this.#stack.location;
    return {
      "aws:PrincipalAccount": accountId,
      "aws:PrincipalArn": `arn:aws:iam::${accountId}:role/${roleName}`,
      "aws:RequestedRegion": region,
      "aws:SecureTransport": "true", // the loopback replaces the TLS that every SDK uses with AWS
    };
  }
}

/** Only S3 takes a signature in the query. */
function signatureIn(request: AwsRequest, service: string): Signature | undefined {
  return service === "s3" && isPresigned(request) ? presignedSignatureOf(request) : signatureOf(request);
}
