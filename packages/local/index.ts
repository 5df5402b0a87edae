/** The public interface of the local runtime. README.md says how it is used. */
export type { Interceptor, PermittedCall } from "./account/account.ts";
export { AwsError } from "./aws.ts";
export { type Clock, systemClock } from "./clock.ts";
export type { LogLine } from "./logs/log-groups.ts";
export { evaluateProgram, type Manifest } from "./program/evaluate-program.ts";
export { readStackConfig, type StackConfig } from "./program/stack-config.ts";
export { accountId, type Runtime, type RuntimeOptions, region, type StartedStack, startRuntime } from "./runtime.ts";
export type { DeclaredResource, Properties } from "./service.ts";
export type { CallUsage, ExecutionUsage, InvocationUsage, LogUsage, StateUsage, Usage } from "./usage.ts";
export { type WatchOptions, watchProgram } from "./watch.ts";
