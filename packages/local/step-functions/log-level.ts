import type { EventDetails, EventType, ExecutionEvent } from "./events.ts";

export type LogLevel = "ALL" | "ERROR" | "FATAL" | "OFF";

/** The limit of CloudWatch Logs for an input or an output, counted as bytes of its escaped text. */
export const loggedDataLimitBytes = 248 * 1024;

const fatal: ReadonlySet<EventType> = new Set(["ExecutionAborted", "ExecutionFailed", "ExecutionTimedOut"]);
const otherErrors =
  /^(FailStateEntered|EvaluationFailed|(Task|LambdaFunction|MapIteration|(Task|Wait|Map|Parallel)State)(Failed|TimedOut|Aborted))$/;

const passes: Readonly<Record<LogLevel, (type: EventType) => boolean>> = {
  ALL: () => true,
  ERROR: (type) => fatal.has(type) || otherErrors.test(type),
  FATAL: (type) => fatal.has(type),
  OFF: () => false,
};

/**
 * The filter of a state machine's logging configuration between its events and its log group.
 *
 * @param includeExecutionData `false` leaves out inputs, outputs and variables; errors, causes and parameters stay, as on AWS.
 * @returns the event as it is logged, or `undefined` where the level leaves it out.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
 */
export function logEventsFor(level: LogLevel, includeExecutionData: boolean): (event: ExecutionEvent) => ExecutionEvent | undefined {
  const shape = includeExecutionData ? truncated : withoutData;
  return (event) => (passes[level](event.type) ? { ...event, details: shape(event.details) } : undefined);
}

function withoutData(details: EventDetails): EventDetails {
  const { input, inputDetails, output, outputDetails, assignedVariables, assignedVariablesDetails, ...rest } = details;
  return rest;
}

function truncated(details: EventDetails): EventDetails {
  const isCut = { truncated: true };
  const [input, output] = [cut(details.input), cut(details.output)];
  return { ...details, ...(input && { input, inputDetails: isCut }), ...(output && { output, outputDetails: isCut }) };
}

/** The longest beginning that fits once it is escaped, or `undefined` if all of it does. */
function cut(text: string | undefined): string | undefined {
  if (text === undefined || text.length * 6 <= loggedDataLimitBytes || escapedBytes(text) <= loggedDataLimitBytes) return undefined;
  let [fits, tooLong] = [0, text.length];
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >> 1;
    if (escapedBytes(text.slice(0, middle)) <= loggedDataLimitBytes) fits = middle;
    else tooLong = middle;
  }
  return text.slice(0, fits); // never half a pair of surrogates: escaped, half of one is longer than the whole
}

const escapedBytes = (text: string): number => Buffer.byteLength(JSON.stringify(text)) - '""'.length;
