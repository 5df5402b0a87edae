import { type StageErrorKind, StageFailedError, StageOutputInvalidError } from "../functions/stages/errors.ts";
import { type Stage, stateName } from "../functions/stages/stage.ts";
import { throttles } from "./longest-path.ts";

/** Names under which an invocation's failure arrives, and what the record says of it. */
export interface Failure extends Pick<StageErrorKind, "sentence"> {
  readonly errors: readonly string[];
  readonly errorCode: string;
}

const timeouts = ["States.Timeout", "Sandbox.Timedout"];
const crashes = ["Lambda.Unknown", "Runtime.ExitError", "Runtime.OutOfMemory"];
/** Faults of Lambda's own, as AWS lists them (docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html). */
const serviceFaults = [
  "Lambda.ClientExecutionTimeoutException",
  "Lambda.ServiceException",
  "Lambda.AWSLambdaException",
  "Lambda.SdkClientException",
];
const unusableResults = [StageOutputInvalidError.kind.name, "States.QueryEvaluationError", "States.DataLimitExceeded"];

/** The failures that all stages share, besides `StageFailed`, which is every failure without a name here or in a stage. */
export const sharedFailures: readonly Failure[] = [
  { errors: timeouts, errorCode: "StageTimedOut", sentence: "The stage did not finish in time." },
  { errors: crashes, errorCode: "StageCrashed", sentence: "The stage stopped before it had finished." },
  {
    errors: throttles,
    errorCode: "StageThrottled",
    sentence: "Too many documents were being processed. Submit the document again later.",
  },
  { errors: unusableResults, errorCode: StageOutputInvalidError.kind.name, sentence: StageOutputInvalidError.kind.sentence },
];

/** The placeholder of a stage's function: `OCRFunctionArn`. */
export const functionPlaceholder = (stage: Stage): string => `${stateName(stage)}FunctionArn`;

/** The timeout of a state in seconds: later than its function's, whose own error is then seen. */
const stateTimeoutSeconds = ({ timeoutSeconds }: Stage): number => timeoutSeconds + Math.ceil(timeoutSeconds / 20);

/** The states that run a stage of a job, the first of them named for the stage, and on to `next`. */
export function statesOf(stage: Stage, next: Stage | undefined): Readonly<Record<string, object>> {
  const task = {
    Type: "Task",
    Resource: "arn:aws:states:::lambda:invoke",
    Arguments: { FunctionName: `\${${functionPlaceholder(stage)}}`, Payload: "{% $states.input %}" },
    Output:
      "{% $states.result.Payload.jobId = $states.input.jobId ? $states.input : $error('The stage did not return the job that it was given.') %}",
    TimeoutSeconds: stateTimeoutSeconds(stage),
    Retry: retriersOf(stage),
    Catch: catchersOf(stage),
    ...(next === undefined ? { End: true } : { Next: stateName(next) }),
  };
  return { [stateName(stage)]: task };
}

/** The second attempt is shared by all temporary failures; the third one is for those that take a whole timeout. */
function retriersOf({ attempts, errors }: Stage): readonly object[] {
  const passing = [StageFailedError, ...errors].flatMap(({ kind }) => (kind.isRetried ? [kind.name] : [])).concat(serviceFaults);
  const interrupted = [...timeouts, ...crashes];
  const groups = { 1: [], 2: [[...passing, ...interrupted]], 3: [passing, interrupted] }[attempts];
  return [
    ...groups.map((ErrorEquals) => ({ ErrorEquals, IntervalSeconds: 1, MaxAttempts: 1, BackoffRate: 2, JitterStrategy: "FULL" })),
    { ErrorEquals: throttles, IntervalSeconds: 1, MaxAttempts: 4, BackoffRate: 2, MaxDelaySeconds: 2, JitterStrategy: "FULL" },
  ];
}

/** `States.ALL` does not cover `States.DataLimitExceeded`. */
function catchersOf({ name }: Stage): readonly object[] {
  const Output = {
    jobId: "{% $states.input.jobId %}",
    generation: "{% $states.input.generation %}",
    failedStage: name,
    error: "{% $states.errorOutput.Error %}",
  };
  return ["States.DataLimitExceeded", "States.ALL"].map((error) => ({ ErrorEquals: [error], Output, Next: "SetError" }));
}
