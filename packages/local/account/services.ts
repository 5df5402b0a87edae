import type { CompiledPolicy } from "../iam/policy.ts";

/** A role that calls, as the endpoint knows it by its access key. */
export interface Principal {
  readonly roleName: string;
  readonly secretAccessKey: string;
  readonly policies: readonly CompiledPolicy[];
  /** The last part of the assumed role's ARN: on AWS, the function's name. The role's own name where there is none. */
  readonly sessionName?: string;
}

/** Step Functions behind the endpoint. The caller's permission has been checked. */
export interface StepFunctionsService {
  /**
   * @param operation such as `StartExecution`.
   * @param input the request's members, as the SDK sends them.
   * @returns the answer's members; times are seconds since 1970.
   * @throws AwsError with Step Functions' name, such as `StateMachineDoesNotExist`.
   */
  call(operation: string, input: Readonly<Record<string, unknown>>, principal: Principal): Promise<unknown>;
}

/** What an invocation came to, and the version that ran. */
export interface Invocation {
  /** The function's answer as JSON, or Lambda's name for its failure. */
  readonly outcome: { readonly payload: string } | { readonly errorType: string; readonly errorMessage: string };
  readonly version: string;
}

/** Lambda behind the endpoint. The caller's permission has been checked. */
export interface LambdaService {
  /** @throws AwsError `ResourceNotFoundException` where there is no such function. */
  find(functionNameOrArn: string): unknown;
  /**
   * @param functionNameOrArn with its qualifier, where there is one.
   * @param event JSON.
   * @throws AwsError with Lambda's name and status, such as `ResourceNotFoundException`, 404.
   */
  invoke(functionNameOrArn: string, event: string): Promise<Invocation>;
}
