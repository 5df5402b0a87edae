/** For tests of a program, beside the runtime: a clock to turn, AWS in memory, and single parts of the runtime. */
export type { AwsResponse } from "../aws.ts";
export { itemBytes } from "../dynamodb/capacity.ts";
export type { Item } from "../dynamodb/dynalite.ts";
export { DynamoEngine, type TableDeclaration } from "../dynamodb/dynamo-engine.ts";
export { evaluate } from "../iam/evaluate.ts";
export type { Denial } from "../iam/permission-ledger.ts";
export { type CompiledPolicy, compilePolicy } from "../iam/policy.ts";
export type { Invocation } from "../lambda/invocation.ts";
export type { LambdaFunction } from "../lambda/lambda-function.ts";
export type { ExecutionEvent } from "../step-functions/events.ts";
export { isKnownResource, taskIntegration } from "../step-functions/integrations.ts";
export { type ExecutionOutcome, StateMachine } from "../step-functions/state-machine.ts";
export { type AwsClients, createLocalAws, type LocalAws, type LocalAwsOptions } from "./local-aws.ts";
export { ManualClock } from "./manual-clock.ts";
export { startTokenIssuer, type TokenIssuer } from "./token-issuer.ts";
