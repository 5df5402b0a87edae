import {
  interruptions,
  type StageErrorKind,
  StageFailedError,
  StageOutputInvalidError,
  StageUnfinishedError,
} from "../functions/stages/errors.ts";
import { type Stage, type StageParts, type StageStep, secondsOf, stateName } from "../functions/stages/stage.ts";

/** Names under which an invocation's failure arrives, and what the record says of it. */
export interface Failure extends Pick<StageErrorKind, "sentence"> {
  readonly errors: readonly string[];
  readonly errorCode: string;
}

const { timeouts, crashes, throttles } = interruptions;
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
  ...Object.values(interruptions).map(({ names, error: { kind } }) => ({
    errors: [...names, kind.name],
    errorCode: kind.name,
    sentence: kind.sentence,
  })),
  { errors: unusableResults, errorCode: StageOutputInvalidError.kind.name, sentence: StageOutputInvalidError.kind.sentence },
];

/** The placeholder of a stage's function: `OCRFunctionArn`. */
export const functionPlaceholder = (stage: Stage): string => `${stateName(stage)}FunctionArn`;

/** The timeout of a state in seconds: later than its function's, whose own error is then seen. */
function stateTimeoutSeconds(stage: Stage, step: StageStep): number {
  const seconds = secondsOf(stage, step);
  return seconds + Math.ceil(seconds / 20);
}

type States = Readonly<Record<string, object>>;

/** The states that run a stage of a job, the first of them named for the stage, and on to `next`. */
export function statesOf(stage: Stage, next: Stage | undefined): States {
  const onward = next === undefined ? { End: true } : { Next: stateName(next) };
  if (stage.parts === undefined) return { [stateName(stage)]: taskOf(stage, "plan", "$states.input", onward) };
  return statesInParts(stage, stage.parts, onward);
}

interface Onward {
  readonly Next?: string;
  readonly End?: boolean;
  readonly Catch?: readonly object[];
}

/** An invocation of the stage's function. Of its answer nothing but numbers travels on. */
function taskOf(stage: Stage, step: StageStep, output: string, onward: Onward): object {
  const input = step === "part" ? "$merge([$states.input, {'attempt': $states.context.State.RetryCount}])" : "$states.input";
  return {
    Type: "Task",
    Resource: "arn:aws:states:::lambda:invoke",
    Arguments: { FunctionName: `\${${functionPlaceholder(stage)}}`, Payload: `{% ${input} %}` },
    Output: `{% $states.result.Payload.jobId = $states.input.jobId ? ${output} : $error('The stage did not return the job that it was given.') %}`,
    TimeoutSeconds: stateTimeoutSeconds(stage, step),
    Retry: retriersOf(stage),
    Catch: catchersOf(stage),
    ...onward,
  };
}

const jobWith = (more = ""): string => `{'jobId': $states.input.jobId, 'generation': $states.input.generation${more}}`;

/**
 * The states of a stage that divides long work: the plan, then all of it at once where it is short, or its parts at the same time
 * and a join. A part that fails says so to the join, and takes no other with it.
 */
function statesInParts(stage: Stage, { max }: StageParts, onward: Onward): States {
  const state = (of: string): string => stateName(stage) + of;
  const planned = "$states.result.Payload.parts ? $merge([$states.input, {'parts': $states.result.Payload.parts}]) : $states.input";
  const isLast = onward.Next === undefined;
  return {
    [state("")]: taskOf(stage, "plan", `(${planned})`, { Next: state("Divided") }),
    [state("Divided")]: {
      Type: "Choice",
      Choices: [
        { Condition: "{% $count($states.input.parts) > 1 %}", Next: state("Parts") },
        { Condition: "{% $count($states.input.parts) = 1 %}", Output: `{% ${jobWith(", 'whole': true")} %}`, Next: state("Whole") },
      ],
      Default: onward.Next ?? state("Done"),
    },
    [state("Whole")]: taskOf(stage, "whole", jobWith(), onward),
    [state("Parts")]: {
      Type: "Map",
      Items: `{% [$states.input.parts[[0..${max - 1}]]] %}`,
      ItemSelector: { ...keyFields, part: "{% $states.context.Map.Item.Value %}" },
      MaxConcurrency: max,
      ItemProcessor: partProcessor(stage, state),
      Output: `{% ${jobWith(", 'parts': $states.result")} %}`,
      Catch: catchersOf(stage),
      Next: state("Join"),
    },
    [state("Join")]: taskOf(stage, "join", jobWith(), onward),
    ...(isLast && { [state("Done")]: { Type: "Succeed" } }),
  };
}

function partProcessor(stage: Stage, state: (of: string) => string): object {
  const Output = "{% $merge([$states.input.part, {'error': $states.errorOutput.Error}]) %}";
  const Catch = caught.map((error) => ({ ErrorEquals: [error], Output, Next: state("PartLost") }));
  return {
    ProcessorConfig: { Mode: "INLINE" },
    StartAt: state("Part"),
    States: {
      [state("Part")]: taskOf(stage, "part", "$states.input.part", { Catch, End: true }),
      [state("PartLost")]: { Comment: "The join leaves out what this part has not done.", Type: "Succeed" },
    },
  };
}

/** The second attempt is shared by all temporary failures; the third one is for those that take a whole timeout. */
function retriersOf({ attempts, errors, parts }: Stage): readonly object[] {
  const passing = [StageFailedError, ...(parts ? [StageUnfinishedError] : []), ...errors]
    .flatMap(({ kind }) => (kind.isRetried ? [kind.name] : []))
    .concat(serviceFaults);
  const interrupted = [...timeouts.names, ...crashes.names];
  const groups = { 1: [], 2: [[...passing, ...interrupted]], 3: [passing, interrupted] }[attempts];
  return [
    ...groups.map((ErrorEquals) => ({ ErrorEquals, IntervalSeconds: 1, MaxAttempts: 1, BackoffRate: 2, JitterStrategy: "FULL" })),
    { ErrorEquals: throttles.names, IntervalSeconds: 1, MaxAttempts: 4, BackoffRate: 2, MaxDelaySeconds: 2, JitterStrategy: "FULL" },
  ];
}

const keyFields = { jobId: "{% $states.input.jobId %}", generation: "{% $states.input.generation %}" };

/** `States.ALL` does not cover `States.DataLimitExceeded`. */
const caught = ["States.DataLimitExceeded", "States.ALL"];

function catchersOf({ name }: Stage): readonly object[] {
  const Output = { ...keyFields, failedStage: name, error: "{% $states.errorOutput.Error %}" };
  return caught.map((error) => ({ ErrorEquals: [error], Output, Next: "SetError" }));
}
