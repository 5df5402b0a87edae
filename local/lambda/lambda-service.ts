import { AwsError } from "../aws-error.ts";
import type { InvocationOutcome } from "./execution-environment.ts";
import type { LambdaFunction } from "./lambda-function.ts";

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

/** What an invocation came to, and the version that ran. */
export interface FunctionAnswer {
  readonly outcome: InvocationOutcome;
  readonly version: string;
}

/** The functions of the account. */
export class LambdaService {
  readonly #functions = new Map<string, LambdaFunction>();
  readonly #permissions = new Map<string, InvokePermission[]>();

  add(lambda: LambdaFunction): void {
    this.#functions.set(lambda.name, lambda);
  }

  addPermission(functionName: string, permission: InvokePermission): void {
    this.#permissions.set(functionName, [...(this.#permissions.get(functionName) ?? []), permission]);
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
    const lambda = this.#functions.get(name);
    const isKnown = lambda !== undefined && (qualifier === undefined || qualifier === "$LATEST" || qualifier === lambda.version);
    if (!isKnown) throw new AwsError("ResourceNotFoundException", `Function not found: ${nameOrArn}`, 404);
    return lambda;
  }

  /**
   * Invokes a function for a service, if a permission lets it.
   *
   * @param event JSON.
   * @throws {@link AwsError} `AccessDeniedException`.
   */
  async invoke(nameOrArn: string, event: string): Promise<FunctionAnswer> {
    const lambda = this.find(nameOrArn);
    return { outcome: await lambda.invoke(event), version: lambda.version };
  }

  invokeFor(caller: ServiceCaller, nameOrArn: string, event: string): Promise<InvocationOutcome> {
    const lambda = this.find(nameOrArn);
    const permissions = this.#permissions.get(lambda.name) ?? [];
    if (permissions.some((permission) => permits(permission, caller))) return lambda.invoke(event);
    throw new AwsError("AccessDeniedException", `${caller.service} is not permitted to invoke ${lambda.name} for ${caller.sourceArn}`, 403);
  }
}

function permits({ principal, sourceArn }: InvokePermission, caller: ServiceCaller): boolean {
  return principal === caller.service && (sourceArn === undefined || matchesArn(sourceArn, caller.sourceArn));
}

function matchesArn(pattern: string, arn: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`).test(arn);
}
