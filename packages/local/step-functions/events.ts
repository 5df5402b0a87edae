import type { Clock } from "../clock.ts";

export type StateType = "Task" | "Pass" | "Wait" | "Choice" | "Succeed" | "Fail" | "Parallel" | "Map";
type Group = "Parallel" | "Map";
type Ending = "Succeeded" | "Failed" | "TimedOut" | "Aborted";

export type EventType =
  | "ExecutionStarted"
  | `Execution${Ending}`
  | `${StateType}StateEntered`
  | `${Exclude<StateType, "Fail">}StateExited`
  | `${"Task" | "Wait" | Group}StateAborted`
  | `${Group}State${"Started" | "Succeeded" | "Failed"}`
  | `MapIteration${"Started" | Exclude<Ending, "TimedOut">}`
  | `${"Task" | "LambdaFunction"}${"Scheduled" | "Started" | Exclude<Ending, "Aborted">}`
  | "EvaluationFailed";

type TextMember =
  | ("name" | "input" | "output" | "roleArn" | "resource" | "resourceType" | "region" | "parameters")
  | ("error" | "cause" | "location" | "state");
type NumberMember = "timeoutInSeconds" | "heartbeatInSeconds" | "length" | "index";
type TruncationMember = "inputDetails" | "outputDetails" | "assignedVariablesDetails";

/** The members that the event types have between them. Inputs, outputs, parameters and variables are JSON texts. */
export type EventDetails = Readonly<
  Partial<Record<TextMember, string> & Record<NumberMember, number> & Record<TruncationMember, { readonly truncated: boolean }>>
> & { readonly assignedVariables?: Readonly<Record<string, string>> };

/** One event of an Express execution as Step Functions writes it to CloudWatch Logs; numbers are strings there. */
export interface ExecutionEvent {
  /** Counts from 1. */
  readonly id: string;
  readonly type: EventType;
  readonly details: EventDetails;
  /** The event before it on the same chain of states; "0" for the first state. */
  readonly previous_event_id: string;
  /** Milliseconds since 1970. */
  readonly event_timestamp: string;
  readonly execution_arn: string;
  readonly redrive_count: "0";
}

interface Text {
  readonly text: string;
}

export const inputDetails = ({ text }: Text) => ({ input: text, inputDetails: { truncated: false } });
export const outputDetails = ({ text }: Text) => ({ output: text, outputDetails: { truncated: false } });

/** `error` and `cause`, each left out where it is empty, as for a time-out's cause. */
export function failureDetails({ name, cause }: { readonly name: string; readonly cause: string }): EventDetails {
  return { ...(cause === "" ? {} : { cause }), ...(name === "" ? {} : { error: name }) };
}

/** Records an event of one execution. @returns its id. */
export type RecordEvent = (type: EventType, details: EventDetails, previousEventId: number) => number;

/** Numbers the events of one execution and hands them on. */
export function eventRecorder(executionArn: string, clock: Clock, onEvent: (event: ExecutionEvent) => void): RecordEvent {
  let count = 0;
  return (type, details, previousEventId) => {
    count += 1;
    onEvent({
      id: String(count),
      type,
      details,
      previous_event_id: String(previousEventId),
      event_timestamp: String(clock.now()),
      execution_arn: executionArn,
      redrive_count: "0",
    });
    return count;
  };
}
