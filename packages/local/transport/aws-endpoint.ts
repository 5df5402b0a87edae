import { Gatekeeper, jsonRefusals, lambdaRefusals, s3Refusals } from "../account/gatekeeper.ts";
import { dynamoPermissions, lambdaPermission, stepFunctionsPermissions } from "../account/permissions.ts";
import { isPresigned } from "../account/presigned.ts";
import type { Invocation, LambdaService, Principal, StepFunctionsService } from "../account/services.ts";
import { signatureOf } from "../account/signature.ts";
import { unknownService } from "../account/unknown-service.ts";
import { type Clock, systemClock } from "../clock.ts";
import type { DynamoEngine } from "../dynamodb/dynamo-engine.ts";
import type { AccessRequest } from "../iam/evaluate.ts";
import { PermissionLedger } from "../iam/permission-ledger.ts";
import type { BucketStore } from "../s3/bucket-store.ts";
import { parseS3Request, type S3Request } from "../s3/s3-request.ts";
import { listBucketPermission, objectPermission, runS3, s3Permissions } from "../s3/s3-service.ts";
import { xmlError } from "../s3/xml.ts";
import { AsyncInvocations } from "./async-invocations.ts";
import { AwsError } from "./aws-error.ts";
import { jsonAnswer, jsonError, parseJsonInput } from "./aws-json.ts";
import type { AwsRequest, AwsResponse } from "./aws-message.ts";
import { acceptedAnswer, invokeAnswer, invokeError, readInvoke } from "./lambda-request.ts";

/** A call whose caller is known and may make it. */
export interface PermittedCall {
  readonly service: "dynamodb" | "lambda" | "s3" | "states";
  /** Such as `PutItem`. */
  readonly operation: string;
  readonly principal: Principal;
  /** The ARN of what it works on; the first, where there are several. */
  readonly resource: string;
}

export interface AwsEndpointOptions {
  readonly region: string;
  readonly accountId: string;
  /** The callers by access key id. Read at each call, so a role may be added later. */
  readonly credentials: ReadonlyMap<string, Principal>;
  readonly dynamo: DynamoEngine;
  readonly buckets: BucketStore;
  readonly stepFunctions: StepFunctionsService;
  readonly lambda: LambdaService;
  /** What presigned URLs expire by, and asynchronous invocations wait by between their attempts; the machine's, where there is none. */
  readonly clock?: Clock;
  /** Awaited before each permitted call. It can hold the call, or throw an {@link AwsError} in its place. */
  readonly before?: (call: PermittedCall) => Promise<void>;
  /** Told of what a service has to do without for want of a permission, in IAM's sentence, and of each event that Lambda drops. */
  readonly onDenial?: (sentence: string) => void;
  /** Told of faults of our own; the caller gets a 500 that says nothing of them. */
  readonly onFault?: (error: unknown) => void;
}

/** The AWS APIs of a stack on this machine: DynamoDB, Step Functions, Lambda's Invoke and S3, each call checked against the caller's policies. */
export class AwsEndpoint {
  readonly ledger = new PermissionLedger();
  readonly #options: AwsEndpointOptions;
  readonly #gatekeeper: Gatekeeper;
  readonly #asyncInvocations: AsyncInvocations;

  constructor(options: AwsEndpointOptions) {
    this.#options = options;
    const { lambda, clock = systemClock, onFault = () => undefined, onDenial: onDrop = () => undefined } = options;
    this.#gatekeeper = new Gatekeeper(options, options.credentials, this.ledger, clock);
    this.#asyncInvocations = new AsyncInvocations({ lambda, clock, onFault, onDrop });
  }

  /** Drops what Lambda has yet to try again. Safe twice. */
  stop(): void {
    this.#asyncInvocations.stop();
  }

  /** Answers any request; never rejects. */
  async handle(request: AwsRequest): Promise<AwsResponse> {
    const target = request.headers["x-amz-target"];
    if (target?.startsWith("DynamoDB_")) return this.#answer(this.#json(request, target), jsonError);
    if (target !== undefined) return this.#answer(this.#json(request, target), (error) => jsonError(error, "com.amazonaws.states"));
    if (request.url.startsWith("/2015-03-31/")) return this.#answer(this.#lambda(request), invokeError);
    if (isPresigned(request) || signatureOf(request)?.service === "s3")
      return this.#answer(this.#s3(request), (error) => xmlError(error, request.method));
    return unknownService(request);
  }

  /**
   * A call of DynamoDB or Step Functions by a role of the stack, such as a state machine's task, without a request around it.
   *
   * @param service `dynamodb` or `states`.
   * @throws AwsError as the service would answer it.
   */
  async call(service: "dynamodb" | "states", operation: string, input: Record<string, unknown>, principal: Principal): Promise<unknown> {
    const isDynamo = service === "dynamodb";
    const permissions = isDynamo ? dynamoPermissions(operation, input, this.#options) : stepFunctionsPermissions(operation, input);
    this.#gatekeeper.authorize(principal, permissions, jsonRefusals);
    await this.#options.before?.({ service, operation, principal, resource: permissions[0]?.resource ?? "*" });
    const { dynamo, stepFunctions } = this.#options;
    return isDynamo ? dynamo.execute(operation, input) : stepFunctions.call(operation, input, principal);
  }

  /**
   * An invocation by a role of the stack, without a request around it.
   *
   * @param functionNameOrArn with its qualifier, where there is one.
   * @param event JSON.
   * @throws AwsError as Lambda would answer it. A function that fails is an outcome.
   */
  async invoke(functionNameOrArn: string, event: string, principal: Principal): Promise<Invocation> {
    await this.#admitInvoke(functionNameOrArn, principal);
    return this.#options.lambda.invoke(functionNameOrArn, event);
  }

  /**
   * Finds out who signed a request to a service that stands elsewhere, such as an HTTP API.
   *
   * @throws AwsError where nobody known has, or their policies do not allow this.
   */
  admit(request: AwsRequest, permission: AccessRequest): Principal {
    const principal = this.#gatekeeper.identify(request, jsonRefusals);
    this.#gatekeeper.authorize(principal, [permission], jsonRefusals);
    return principal;
  }

  /** Whether a role may do all this: asked by a service that does without where it may not. */
  permits(principal: Principal, permissions: readonly AccessRequest[]): boolean {
    try {
      this.#gatekeeper.authorize(principal, permissions, jsonRefusals);
      return true;
    } catch (error) {
      this.#options.onDenial?.((error as AwsError).message);
      return false;
    }
  }

  async #answer(answer: Promise<AwsResponse>, onError: (error: unknown) => AwsResponse): Promise<AwsResponse> {
    try {
      return await answer;
    } catch (error) {
      if (!(error instanceof AwsError)) this.#options.onFault?.(error);
      return onError(error);
    }
  }

  async #json(request: AwsRequest, target: string): Promise<AwsResponse> {
    const principal = this.#gatekeeper.identify(request, jsonRefusals);
    const [prefix, operation = ""] = target.split(".");
    const service = prefix === "DynamoDB_20120810" ? "dynamodb" : prefix === "AWSStepFunctions" ? "states" : undefined;
    if (service === undefined) throw new AwsError("UnknownOperationException", `No local service answers ${target}.`);
    return jsonAnswer(await this.call(service, operation, parseJsonInput(request.body.toString()), principal));
  }

  async #lambda(request: AwsRequest): Promise<AwsResponse> {
    const principal = this.#gatekeeper.identify(request, lambdaRefusals);
    const { functionNameOrArn, invocationType, event } = readInvoke(request);
    if (invocationType === "RequestResponse") return invokeAnswer(await this.invoke(functionNameOrArn, event, principal));
    await this.#admitInvoke(functionNameOrArn, principal);
    this.#options.lambda.find(functionNameOrArn);
    if (invocationType === "Event") this.#asyncInvocations.accept(functionNameOrArn, event);
    return acceptedAnswer(invocationType);
  }

  async #admitInvoke(functionNameOrArn: string, principal: Principal): Promise<void> {
    const permission = lambdaPermission(functionNameOrArn, this.#options);
    this.#gatekeeper.authorize(principal, [permission], lambdaRefusals);
    await this.#options.before?.({ service: "lambda", operation: "Invoke", principal, resource: permission.resource });
  }

  async #s3(request: AwsRequest): Promise<AwsResponse> {
    const principal = this.#gatekeeper.identify(request, s3Refusals);
    const call = parseS3Request(request);
    const permissions = s3Permissions(call);
    this.#gatekeeper.authorize(principal, permissions, s3Refusals);
    const resource = permissions[0]?.resource ?? `arn:aws:s3:::${call.bucket}`;
    await this.#options.before?.({ service: "s3", operation: call.operation, principal, resource });
    const authorizeDelete = (key: string) =>
      this.#gatekeeper.authorize(principal, [objectPermission("DeleteObject", call.bucket, key)], s3Refusals);
    try {
      return await runS3(this.#options.buckets, call, authorizeDelete);
    } catch (error) {
      this.#hideMissingKey(error, principal, call);
      throw error;
    }
  }

  // S3 tells that a key is missing only to those who may list the bucket; to all others it is forbidden.
  #hideMissingKey(error: unknown, principal: Principal, { bucket }: S3Request): void {
    if (!(error instanceof AwsError) || error.name !== "NoSuchKey") return;
    this.#gatekeeper.authorize(principal, [listBucketPermission(bucket)], s3Refusals);
  }
}
