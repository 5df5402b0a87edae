import { AwsError } from "@async-text-processing/local";
import { type Invocation, isKnownResource, type LocalAws, StateMachine, taskIntegration } from "@async-text-processing/local/testing";
import type { StageContext, StageEvent } from "../../functions/jobs/stage-handler.ts";
import { type StageName, stages } from "../../functions/stages/registry.ts";
import { fillPlaceholders, readDefinition } from "../../statemachine/definition.ts";
import { functionPlaceholder } from "../../statemachine/stage-states.ts";

export const context: StageContext = { getRemainingTimeInMillis: () => 49_000 };

export const stateMachineArn = "arn:aws:states:eu-central-1:123456789012:stateMachine:process-job";

export type StageHandlers = { readonly [S in StageName]: (event: StageEvent, context: StageContext) => Promise<unknown> };

/** Stands between the state machine and a stage's Lambda: it can call it, answer in its place, or fail as AWS would, with an {@link AwsError}. */
export type InvokeStage = (stage: StageName, call: () => Promise<Invocation>, event: StageEvent) => Promise<Invocation>;

/** The end of an invocation that Lambda or the function itself has failed, by the name that Step Functions sees. */
export const failed = (errorType: string, errorMessage = ""): Invocation => ({ outcome: { errorType, errorMessage }, version: "1" });

/** The definition in the interpreter, its functions these handlers. */
export function createProcessJob(aws: LocalAws, roleName: string, handlers: StageHandlers, invokeStage: InvokeStage): StateMachine {
  const invoke = ({ functionNameOrArn: name, event }: { functionNameOrArn: string; event: string }) =>
    invokeStage(name as StageName, () => handlers[name as StageName](JSON.parse(event), context).then(succeeded, threw), JSON.parse(event));
  const call: LocalAws["account"]["call"] = (service, one, principal) =>
    service === "lambda" ? invoke(one.input as Parameters<typeof invoke>[0]) : aws.account.call(service, one, principal);
  const functions = Object.fromEntries(stages.map((stage) => [functionPlaceholder(stage), stage.name]));
  return new StateMachine(fillPlaceholders(readDefinition(), { ...functions, JobsTableName: "jobs", OcrLanguages: "eng, deu" }), {
    name: "process-job",
    arn: stateMachineArn,
    roleArn: `arn:aws:iam::123456789012:role/${roleName}`,
    clock: aws.clock,
    random: () => 0.5,
    runTask: taskIntegration({ call }, aws.principalOf(roleName)),
    knownResources: isKnownResource,
  });
}

const succeeded = (answer: unknown): Invocation => ({ outcome: { payload: JSON.stringify(answer) ?? "null" }, version: "1" });

function threw(error: unknown): Invocation {
  if (error instanceof AwsError) throw error;
  return error instanceof Error ? failed(error.name, error.message) : failed("Error", String(error));
}
