import { availableParallelism } from "node:os";
import type { Call } from "../service.ts";

/** The invocation types, and the maximum size of an event for each, in bytes. */
export const invocationTypes = { RequestResponse: 6 * 1024 * 1024, Event: 1024 * 1024, DryRun: 6 * 1024 * 1024 } as const;

export interface InvokeInput {
  /** With its qualifier, where there is one. */
  readonly functionNameOrArn: string;
  readonly invocationType: keyof typeof invocationTypes;
  /** JSON. */
  readonly event: string;
}

/** The result of a synchronous invocation, and the version that ran. */
export interface Invocation {
  /** The function's answer as JSON, or an error by Lambda's name for it. */
  readonly outcome: { readonly payload: string } | { readonly errorType: string; readonly errorMessage: string };
  readonly version: string;
}

/** The answer to an Invoke: of the function, or the status that says that it was accepted, or only checked. */
export type InvokeOutput = Invocation | { readonly status: 202 | 204 };

/** A call that waits for the function; it is answered with an {@link Invocation}. */
export function invokeCall(functionNameOrArn: string, event: string): Call<InvokeInput> {
  return { operation: "Invoke", input: { functionNameOrArn, invocationType: "RequestResponse", event } };
}

/**
 * Environments of one function at once: AWS would start a thousand, here they share a few cores. Calls beyond them wait, and
 * their function's time does not run meanwhile. A task's time would; but no more executions run than this, each of them calls
 * a function once at a time, and a call gives its environment back before its task times out. So none of them ever waits.
 */
export const environmentsPerFunction = Math.max(2, availableParallelism());
