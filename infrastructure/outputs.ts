import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Watched } from "./metric.ts";
import type { Settings } from "./settings.ts";

/** A line to try the stack with. */
export const curlLine = (baseUrl: pulumi.Output<string>): pulumi.Output<string> =>
  pulumi.interpolate`curl -i ${baseUrl}/jobs -H 'Content-Type: application/json' -d '{"text": "AWS Lambda is a great serverless compute service"}'`;

/** Consequences of the settings that an operator should know. */
export const warningsOf = ({ auth }: Settings): readonly string[] =>
  auth === "none" ? ["Everyone who has the address can submit documents, at your cost. Set auth to iam or jwt to change that."] : [];

/** The placeholder for an id in a query. */
const jobId = "JOB_ID";

/** Where the AWS console shows the stack. */
export function consoleLinks({ stateMachine, functions }: Watched, dashboardName: pulumi.Output<string>) {
  const { region } = aws.getRegionOutput();
  const home = (service: string) => pulumi.interpolate`https://${region}.console.aws.amazon.com/${service}/home?region=${region}`;
  const executionLog = stateMachine.logGroupName;
  const logs = [executionLog, ...functions.map(({ logGroupName }) => logGroupName)];
  const query = (groups: pulumi.Output<string>[], seconds: number, ...lines: pulumi.Input<string>[]) =>
    pulumi.interpolate`${home("cloudwatch")}#logsV2:logs-insights${pulumi
      .all([pulumi.all(groups), pulumi.all(lines)])
      .apply(([sources, text]) => insightsFragment(text.join("\n| "), sources, seconds))}`;
  const drawing = pulumi.interpolate`concat("${home("states")}#/express-executions/details/", execution_arn, "?startDate=", event_timestamp)`;
  return {
    // The page lists the executions too.
    stateMachine: pulumi.interpolate`${home("states")}#/statemachines/view/${stateMachine.arn}`,
    dashboard: pulumi.interpolate`${home("cloudwatch")}#dashboards/dashboard/${dashboardName}`,
    logOfJob: query(logs, 86_400, "fields @timestamp, @message, @log", `filter @message like "${jobId}"`, "sort @timestamp"),
    failuresOfLastHour: query(
      logs,
      3_600,
      "fields @timestamp, jobId, stage, error, cause, @log",
      'filter level = "ERROR" and ispresent(message)', // lines of metrics have a level, and no message
      "sort @timestamp desc",
    ),
    // An execution is named after its job; the address of its drawing depends on what AWS adds to the name, and on its start.
    drawingOfJob: query(
      [executionLog],
      86_400,
      pulumi.interpolate`fields ${drawing} as drawing`,
      `filter type = "ExecutionStarted" and execution_arn like "${jobId}"`,
    ),
  };
}

/**
 * The part of a console's address that opens Logs Insights with a query in it.
 *
 * @param seconds how far back the query looks.
 */
function insightsFragment(query: string, groups: readonly string[], seconds: number): string {
  const source = groups.map((group) => `~'${escaped(group)}`).join("");
  const detail = `~(end~0~start~-${seconds}~timeType~'RELATIVE~unit~'seconds~editorString~'${escaped(query)}~source~(${source}))`;
  return `$3FqueryDetail$3D${detail}`;
}

/** The console's own escapes: an asterisk and two hexadecimal digits for everything but letters, digits and `_.-`. */
const escaped = (text: string): string =>
  text.replace(/[^A-Za-z0-9_.-]/g, (character) => `*${character.charCodeAt(0).toString(16).padStart(2, "0")}`);
