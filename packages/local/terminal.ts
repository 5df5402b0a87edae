import { styleText } from "node:util";
import { clientVariables } from "./account/developer.ts";
import type { LogLine } from "./logs/log-groups.ts";
import { type Runtime, region } from "./runtime.ts";
import type { ExecutionUsage } from "./usage.ts";

/** What a person needs to know first: where it is, and a line to try it with. */
export function readyLines(
  { apiUrl, awsEndpointUrl, services, manifest }: Runtime,
  dataFolder: string | undefined,
  milliseconds: number,
): string {
  const { resumed } = services.stepFunctions;
  const rows = [
    ["API", apiUrl],
    ["AWS endpoint", `${awsEndpointUrl}  (for any AWS client)`],
    ["Data", dataFolder ?? "in memory, gone at the end"],
    ...(resumed > 0 ? [["Resumed", `${resumed} executions that were under way`]] : []),
  ];
  const scan = `${clientVariables(region)} aws --endpoint-url ${awsEndpointUrl} dynamodb scan --table-name jobs-local`;
  const table = rows.map(([name = "", value]) => `  ${name.padEnd(13)} ${value}`).join("\n");
  return `Ready in ${(milliseconds / 1_000).toFixed(1)} s. Ctrl-C stops it.\n${table}\n\nTry it:\n  ${manifest.outputs["CurlLine"]}\n\nLook inside:\n  ${scan}\n`;
}

/** A log line of a function, short; nothing where it is not a function's, or a metric that CloudWatch would take out of the log. */
export function functionLine({ group, timestamp, message }: LogLine): string | undefined {
  const [, functionName] = /^\/aws\/lambda\/(?:.*-dev-)?(.+)$/.exec(group) ?? [];
  if (functionName === undefined) return undefined;
  const fields = fieldsOf(message);
  if ("_aws" in fields) return undefined;
  const { level = "INFO", message: words, timestamp: _, service: __, sampling_rate: ___, ...details } = fields;
  const rest = Object.entries(details).map(([name, value]) => `${name}=${value}`);
  return row(timestamp, functionName, String(level), [String(words), ...rest]);
}

/** One line for an execution that has ended. */
export function executionLine({ name, status, error }: ExecutionUsage, now: number): string {
  const failed = status !== "SUCCEEDED";
  return row(now, "execution", failed ? "ERROR" : "INFO", [status, `jobId=${name}`, ...(failed ? [`error=${error}`] : [])]);
}

function row(timestamp: number, source: string, level: string, parts: readonly string[]): string {
  const time = new Date(timestamp).toISOString().slice(11, 23);
  const text = parts.join("  ");
  const colour = level === "ERROR" ? "red" : level === "WARN" ? "yellow" : undefined;
  return `${styleText("dim", time)}  ${source.padEnd(13)} ${colour ? styleText(colour, text) : text}`;
}

function fieldsOf(message: string): Record<string, unknown> {
  try {
    const fields = JSON.parse(message);
    return typeof fields === "object" && fields !== null ? fields : { message };
  } catch {
    return { message };
  }
}
