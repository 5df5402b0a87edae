import { statusesBefore, timeLimits } from "../functions/jobs/job.ts";
import { StageFailedError } from "../functions/stages/errors.ts";
import type { Stage } from "../functions/stages/stage.ts";
import { type Failure, sharedFailures } from "./stage-states.ts";

const retryWrite = { IntervalSeconds: 1, MaxAttempts: 2, BackoffRate: 2, JitterStrategy: "FULL" };
const notWritten = ["DynamoDB.ConditionalCheckFailedException"];

/** The states in which every job ends that a stage has failed. */
export const errorStates = (stages: readonly Stage[]): Readonly<Record<string, object>> => ({
  SetError: {
    Comment:
      "Writes the error without a Lambda, so that it works when every one of them is broken. A record that is all but past its deadline ends by itself.",
    Type: "Task",
    Resource: "arn:aws:states:::dynamodb:updateItem",
    Arguments: errorUpdate(failuresOf(stages)),
    Output: "{% $states.input %}",
    TimeoutSeconds: 3,
    Retry: [
      { ErrorEquals: notWritten, MaxAttempts: 0 },
      { ErrorEquals: ["States.ALL"], ...retryWrite },
    ],
    Catch: [
      { ErrorEquals: notWritten, Output: "{% $states.input %}", Next: "SettledAlready" },
      { ErrorEquals: ["States.ALL"], Output: "{% $states.input %}", Next: "JobFailed" },
    ],
    Next: "JobFailed",
  },
  SettledAlready: { Comment: "The job is done, deleted or all but past its deadline: there is nothing to fail.", Type: "Succeed" },
  JobFailed: {
    Type: "Fail",
    Error: "JobFailed",
    Cause: "{% 'Stage ' & $states.input.failedStage & ' of job ' & $states.input.jobId & ' failed with ' & $states.input.error & '.' %}",
  },
});

/** @throws Error where two stages give one name to different errors: the record could not tell them apart. */
function failuresOf(stages: readonly Stage[]): readonly Failure[] {
  const kinds = [...new Set(stages.flatMap(({ errors }) => errors.map(({ kind }) => kind)))];
  const own = kinds.map(({ name, errorCode = name, sentence }) => ({ errors: [name], errorCode, sentence }));
  const failures = [...sharedFailures, ...own];
  const names = failures.flatMap(({ errors }) => errors);
  const twice = names.find((name, at) => names.indexOf(name) < at || name === StageFailedError.kind.name);
  if (twice !== undefined) throw new Error(`Two kinds of errors have the name ${twice}; give the stage's error another name.`);
  return failures;
}

function errorUpdate(failures: readonly Failure[]): object {
  const statuses = statusesBefore.ERROR.map((status) => [`:${camelCase(status)}`, status] as const);
  const names = [
    ...["status", "errorCode", "errorMessage", "failedStage", "updatedAt", "version", "stage", "openShard", "dueAt", "generation"],
    "deadlineAt",
  ];
  return {
    TableName: `\${JobsTableName}`,
    Key: { jobId: { S: "{% $states.input.jobId %}" } },
    UpdateExpression:
      "SET #status = :error, #errorCode = :errorCode, #errorMessage = :errorMessage, #failedStage = :failedStage, #updatedAt = :now ADD #version :one REMOVE #stage, #openShard, #dueAt",
    ConditionExpression: `#generation = :generation AND #status IN (${statuses.map(([key]) => key).join(", ")}) AND #deadlineAt > :latest`,
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: valuesExpression(failures, Object.fromEntries(statuses)),
  };
}

/** The values of the update as a JSONata expression that looks the error's name up in the table of failures. */
function valuesExpression(failures: readonly Failure[], statuses: Readonly<Record<string, string>>): string {
  const known = failures.map(({ errors, errorCode, sentence }) => literal({ errors, code: errorCode, message: sentence }));
  const { name: code, sentence: message } = StageFailedError.kind;
  const values = [
    ...Object.entries({ ...statuses, ":error": "ERROR" }).map(([key, status]) => `${literal(key)}: ${literal({ S: status })}`),
    "':errorCode': {'S': $ended.code}",
    "':errorMessage': {'S': $ended.message}",
    "':failedStage': {'S': $states.input.failedStage}",
    "':generation': {'S': $states.input.generation}",
    "':now': {'N': $string($floor($millis() / 1000))}",
    `':latest': {'N': $string($floor($millis() / 1000) + ${timeLimits.lastWriteSeconds})}`,
    "':one': {'N': '1'}",
  ];
  return `{% ( $known := [${known.join(", ")}]; $found := $known[$states.input.error in errors]; $ended := $exists($found) ? $found : ${literal({ code, message })}; {${values.join(", ")}} ) %}`;
}

/** A value as JSONata writes it. Texts are in single quotes, which need no escape in JSON, unless they contain one. */
function literal(value: string | readonly string[] | Readonly<Record<string, string | readonly string[]>>): string {
  if (typeof value === "string") return /['\\]/.test(value) ? JSON.stringify(value) : `'${value}'`;
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  const members = Object.entries(value).map(([key, member]) => `${literal(key)}: ${literal(member)}`);
  return `{${members.join(", ")}}`;
}

const camelCase = (status: string): string => status.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
