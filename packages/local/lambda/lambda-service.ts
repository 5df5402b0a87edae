import { AwsError } from "../aws.ts";
import { matcherOfArn } from "../iam/pattern.ts";
import { Concurrency } from "./concurrency.ts";
import { type Invocation, type InvokeInput, type InvokeOptions, invocationTypes } from "./invocation.ts";
import type { LambdaFunction } from "./lambda-function.ts";
import { thisMachine } from "./machine.ts";
import { Scaling } from "./scaling.ts";

/** An AWS service that calls a function on behalf of a resource, such as a route of an HTTP API. */
export interface ServiceCaller {
  readonly service: string;
  readonly sourceArn: string;
}

/** A statement of a function's resource policy, as `aws.lambda.Permission` declares it. */
export interface InvokePermission {
  readonly principal: string;
  /** An ARN with `*` and `?`. */
  readonly sourceArn: string | undefined;
}

/**
 * Awaited before each invocation that concurrency lets through. It can hold the invocation, end it with an outcome in its place, or
 * throw an {@link AwsError} as Lambda would.
 */
export type InvocationInterceptor = (lambda: LambdaFunction) => Promise<Invocation["outcome"] | undefined>;

/** An invocation that has ended or was throttled, for who follows what a program does. */
export interface ObservedInvocation {
  readonly functionName: string;
  readonly result: "succeeded" | "failed" | "throttled";
  /** Without the wait for an environment of this machine. */
  readonly milliseconds: number;
}

/** The functions of the account. */
export class LambdaService {
  #interceptor: InvocationInterceptor | undefined;
  #observer: ((invocation: ObservedInvocation) => void) | undefined;
  readonly #functions = new Map<string, LambdaFunction>();
  /** All that were ever added, by name and version: executions under way call earlier ones. */
  readonly #versions = new Map<string, LambdaFunction>();
  readonly #permissions = new Map<string, InvokePermission[]>();
  readonly #concurrency: Concurrency;

  /** Of all functions. */
  readonly scaling: Scaling;

  /** @param accountConcurrency invocations of all functions that the account lets run at once. */
  constructor(accountConcurrency = 1_000, machine = thisMachine()) {
    this.scaling = new Scaling(machine);
    this.#concurrency = new Concurrency(accountConcurrency);
  }

  /**
   * Adds a function, in place of one of its name.
   *
   * @param reserved executions that are kept for this function, and that it may not exceed.
   * @throws {@link AwsError} `InvalidParameterValueException` where too little would be left for the others.
   */
  add(lambda: LambdaFunction, reserved?: number): void {
    this.#concurrency.reserve(lambda.name, reserved);
    this.#functions.set(lambda.name, lambda);
    this.#versions.set(`${lambda.name}:${lambda.version}`, lambda);
  }

  /** Lets a function that is replaced or gone end its calls. Its version can still be called by its number. */
  retire(lambda: LambdaFunction): void {
    lambda.release();
    if (this.#functions.get(lambda.name) !== lambda) return;
    this.#functions.delete(lambda.name);
    this.#concurrency.reserve(lambda.name, undefined);
  }

  /** @returns how to remove the permission. */
  addPermission(functionName: string, permission: InvokePermission): () => void {
    const permissions = () => this.#permissions.get(functionName) ?? [];
    this.#permissions.set(functionName, [...permissions(), permission]);
    return () => {
      this.#permissions.set(
        functionName,
        permissions().filter((other) => other !== permission),
      );
    };
  }

  /** Sets the interceptor of invocations, in place of an earlier one. */
  intercept(interceptor: InvocationInterceptor | undefined): void {
    this.#interceptor = interceptor;
  }

  /** @param observer called after each invocation, in place of an earlier one. */
  observe(observer: (invocation: ObservedInvocation) => void): void {
    this.#observer = observer;
  }

  get all(): Iterable<LambdaFunction> {
    return this.#functions.values();
  }

  /**
   * Finds a function by its name or ARN, with or without a qualifier.
   *
   * @throws {@link AwsError} `ResourceNotFoundException` for a function or a version that is not declared.
   */
  find(nameOrArn: string): LambdaFunction {
    const [, name = nameOrArn, qualifier] = /(?:function:)?([^:]+)(?::([^:]+))?$/.exec(nameOrArn) ?? [];
    const isLatest = qualifier === undefined || qualifier === "$LATEST";
    const lambda = isLatest ? this.#functions.get(name) : this.#versions.get(`${name}:${qualifier}`);
    if (lambda === undefined) throw new AwsError("ResourceNotFoundException", `Function not found: ${nameOrArn}`, 404);
    return lambda;
  }

  /**
   * Invokes a function.
   *
   * @param event JSON.
   * @param input `onWait` is called where it has to wait for an environment of this machine.
   * @throws {@link AwsError} `ResourceNotFoundException`, `TooManyRequestsException`, `RequestEntityTooLargeException`.
   */
  async invoke(nameOrArn: string, event: string, { onWait, logType }: Pick<InvokeInput, "onWait" | "logType"> = {}): Promise<Invocation> {
    const lambda = this.find(nameOrArn);
    refuseLargeEvent(Buffer.byteLength(event), "RequestResponse");
    let logTail = "";
    const onLogTail = (text: string) => {
      logTail = text;
    };
    const outcome = await this.#run(lambda, event, { onWait, onLogTail });
    return { outcome, version: lambda.version, ...(logType === "Tail" && { logTail }) };
  }

  /**
   * Invokes a function for a service, if a permission lets it.
   *
   * @param event JSON that the calling service has created, within the limit.
   * @throws {@link AwsError} `ResourceNotFoundException`, `AccessDeniedException`, `TooManyRequestsException`.
   */
  async invokeFor(caller: ServiceCaller, nameOrArn: string, event: string): Promise<Invocation["outcome"]> {
    const lambda = this.find(nameOrArn);
    const permissions = this.#permissions.get(lambda.name) ?? [];
    if (permissions.some((permission) => permits(permission, caller))) return this.#run(lambda, event);
    throw new AwsError("AccessDeniedException", `${caller.service} is not permitted to invoke ${lambda.name} for ${caller.sourceArn}`, 403);
  }

  async #run(lambda: LambdaFunction, event: string, options: InvokeOptions = {}): Promise<Invocation["outcome"]> {
    const { name: functionName } = lambda;
    let startedAt = performance.now();
    const onWait = () => {
      const waitsFrom = performance.now();
      const goOn = options.onWait?.();
      return () => {
        startedAt += performance.now() - waitsFrom;
        goOn?.();
      };
    };
    try {
      this.#concurrency.admit(functionName, this.#versions.values());
      const outcome = (await this.#interceptor?.(lambda)) ?? (await lambda.invoke(event, { ...options, onWait }));
      const result = "errorType" in outcome ? "failed" : "succeeded";
      this.#observer?.({ functionName, result, milliseconds: performance.now() - startedAt });
      return outcome;
    } catch (error) {
      if (error instanceof AwsError && error.status === 429) this.#observer?.({ functionName, result: "throttled", milliseconds: 0 });
      throw error;
    }
  }
}

/** @throws {@link AwsError} `RequestEntityTooLargeException`. */
export function refuseLargeEvent(bytes: number, invocationType: keyof typeof invocationTypes): void {
  const maxBytes = invocationTypes[invocationType];
  const sentence = `Request must be smaller than ${maxBytes} bytes for the InvokeFunction operation`;
  if (bytes > maxBytes) throw new AwsError("RequestEntityTooLargeException", sentence, 413);
}

function permits({ principal, sourceArn }: InvokePermission, caller: ServiceCaller): boolean {
  return principal === caller.service && (sourceArn === undefined || matcherOfArn(sourceArn)(caller.sourceArn));
}
