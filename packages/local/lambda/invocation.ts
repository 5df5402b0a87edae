import type { Call } from "../service.ts";

/** The invocation types, and the maximum size of an event for each, in bytes. */
export const invocationTypes = { RequestResponse: 6 * 1024 * 1024, Event: 1024 * 1024, DryRun: 6 * 1024 * 1024 } as const;

/**
 * Called when a call has to wait until an environment of this machine is free; the function that it returns, when one has taken it. On
 * AWS it would not have waited, so the times of its task and of its execution must not run meanwhile.
 */
export type OnWait = () => () => void;

export interface InvokeInput {
  /** With its qualifier, where there is one. */
  readonly functionNameOrArn: string;
  readonly invocationType: keyof typeof invocationTypes;
  /** JSON. */
  readonly event: string;
  readonly onWait?: OnWait | undefined;
  /** `Tail`: the answer of a synchronous invocation has the end of the call's log. */
  readonly logType?: "None" | "Tail" | undefined;
}

/** An error by Lambda's name for it. The function's own have a trace, line by line. */
export interface InvocationError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** What a caller may want of a call besides its outcome. */
export interface InvokeOptions {
  readonly onWait?: OnWait | undefined;
  /** Given the end of the call's log, before the outcome. */
  readonly onLogTail?: ((text: string) => void) | undefined;
}

/** The result of a synchronous invocation, and the version that ran. */
export interface Invocation {
  /** The function's answer as JSON, or an error by Lambda's name for it. */
  readonly outcome: { readonly payload: string } | InvocationError;
  readonly version: string;
  /** The last 4 KB of the call's log, where the caller asks for it. */
  readonly logTail?: string | undefined;
}

/** The answer to an Invoke: of the function, or the status that says that it was accepted, or only checked. */
export type InvokeOutput = Invocation | { readonly status: 202 | 204 };

/** A call that waits for the function; it is answered with an {@link Invocation}. */
export function invokeCall(functionNameOrArn: string, event: string): Call<InvokeInput> {
  return { operation: "Invoke", input: { functionNameOrArn, invocationType: "RequestResponse", event } };
}
