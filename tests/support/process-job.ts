import type { JobKey } from "../../functions/jobs/job.ts";
import type { StageContext } from "../../functions/jobs/stage-handler.ts";
import { type StageName, stages } from "../../functions/stages/registry.ts";
import type { FunctionAnswer } from "../../packages/local/lambda/lambda-service.ts";
import { isKnownResource, taskIntegration } from "../../packages/local/step-functions/integrations.ts";
import { StateMachine } from "../../packages/local/step-functions/state-machine.ts";
import type { LocalAws } from "../../packages/local/testing/local-aws.ts";
import { AwsError } from "../../packages/local/transport/aws-error.ts";
import { fillPlaceholders, readDefinition } from "../../statemachine/definition.ts";
import { functionPlaceholder } from "../../statemachine/stage-states.ts";

export const context: StageContext = { getRemainingTimeInMillis: () => 78_000 };

export const stateMachineArn = "arn:aws:states:eu-central-1:123456789012:stateMachine:process-job";

export type StageHandlers = { readonly [S in StageName]: (key: JobKey, context: StageContext) => Promise<unknown> };

/** Stands between the state machine and a stage's Lambda: it can call it, answer in its place, or fail as AWS would, with an {@link AwsError}. */
export type InvokeStage = (stage: StageName, call: () => Promise<FunctionAnswer>) => Promise<FunctionAnswer>;

/** How an invocation ends that Lambda or the function itself has failed, by the name that Step Functions sees. */
export const failed = (errorType: string, errorMessage = ""): FunctionAnswer => ({ outcome: { errorType, errorMessage }, version: "1" });

/** The definition in the interpreter, its functions these handlers. */
export function createProcessJob(aws: LocalAws, roleName: string, handlers: StageHandlers, invokeStage: InvokeStage): StateMachine {
  const principal = [...aws.principals.values()].find((one) => one.roleName === roleName);
  if (principal === undefined) throw new Error(`There is no role ${roleName}.`);
  const invoke = (functionName: string, event: string) =>
    invokeStage(functionName as StageName, () => handlers[functionName as StageName](JSON.parse(event), context).then(succeeded, threw));
  const call: LocalAws["endpoint"]["call"] = (...given) => aws.endpoint.call(...given);
  const functions = Object.fromEntries(stages.map((stage) => [functionPlaceholder(stage), stage.name]));
  return new StateMachine(fillPlaceholders(readDefinition(), { ...functions, JobsTableName: "jobs" }), {
    name: "process-job",
    arn: stateMachineArn,
    roleArn: `arn:aws:iam::123456789012:role/${roleName}`,
    clock: aws.clock,
    random: () => 0.5,
    runTask: taskIntegration({ invoke, call }, principal),
    knownResources: isKnownResource,
  });
}

const succeeded = (answer: unknown): FunctionAnswer => ({ outcome: { payload: JSON.stringify(answer) ?? "null" }, version: "1" });

function threw(error: unknown): FunctionAnswer {
  if (error instanceof AwsError) throw error;
  return error instanceof Error ? failed(error.name, error.message) : failed("Error", String(error));
}
