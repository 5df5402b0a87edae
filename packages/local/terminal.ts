import { styleText } from "node:util";
import { clientVariables } from "./account/developer.ts";
import { commonDetails, objectIn, toldOf } from "./console/model/format.ts";
import type { LogLine } from "./logs/log-groups.ts";
import { type Runtime, region } from "./runtime.ts";
import type { DeclaredResource } from "./service.ts";
import type { ExecutionUsage } from "./usage.ts";

/** The addresses of a stack that has started, and lines to try it with: the program's output `CurlLine`, where it has one. */
export function readyLines(
  { apiUrl, awsEndpointUrl, services, manifest }: Runtime,
  { dataFolder, consoleUrl }: { readonly dataFolder: string | undefined; readonly consoleUrl: string | undefined },
  milliseconds: number,
): string {
  const { resumed } = services.stepFunctions;
  const outputsOf = (type: string) => manifest.resources.filter((resource) => resource.type === type).map(({ outputs }) => outputs);
  const [table] = outputsOf("aws:dynamodb/table:Table")
    .map(({ name }) => String(name))
    .sort(); // registered in any order
  const rows = [
    ...(outputsOf("aws:apigatewayv2/api:Api").length > 0 ? [["API", apiUrl]] : []),
    ...(consoleUrl === undefined ? [] : [["Console", consoleUrl]]),
    ["AWS endpoint", `${awsEndpointUrl}  (for any AWS client)`],
    ["Data", dataFolder ?? "in memory, gone at the end"],
    ...(resumed > 0 ? [["Resumed", `${resumed} executions that were under way`]] : []),
  ];
  const look = `aws --endpoint-url ${awsEndpointUrl} ${table === undefined ? "s3 ls" : `dynamodb scan --table-name ${table}`}`;
  const { CurlLine: curl } = manifest.outputs;
  const addresses = rows.map(([name = "", value]) => `  ${name.padEnd(13)} ${value}`).join("\n");
  return `Ready in ${(milliseconds / 1_000).toFixed(1)} s. Ctrl-C stops it.\n${addresses}\n${curl ? `\nTry it:\n  ${curl}\n` : ""}\nLook inside:\n  ${clientVariables(region)} ${look}\n`;
}

/** The resources that a change of the program has changed, after so many milliseconds. */
export function swappedLine(resources: readonly DeclaredResource[], milliseconds: number): string {
  if (resources.length === 0) return "Nothing to swap.";
  const names = resources.map(({ type, name }) => `${type.split(":").at(-1)} ${name}`);
  const others = names.splice(maxNames).length;
  return `Swapped in ${Math.round(milliseconds)} ms: ${names.join(", ")}${others > 0 ? `, and ${others} more` : ""}.`;
}

const maxNames = 5;

/** The reason of a change that does not work, in one line. */
export function notSwappedLine(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  return styleText("red", `Not swapped: ${words.replaceAll(/\s+/g, " ").trim()}`);
}

/** A log line of a function, short; nothing where it is not a function's, or a metric that CloudWatch would take out of the log. */
export function functionLine({ group, timestamp, message }: LogLine, stack: string): string | undefined {
  if (!group.startsWith("/aws/lambda/")) return undefined;
  const functionName = group.slice("/aws/lambda/".length).replace(new RegExp(`^.*-${stack}-`), "");
  const fields: Readonly<Record<string, unknown>> = objectIn(message) ?? { message };
  if ("_aws" in fields) return undefined;
  return row(timestamp, functionName, String(fields["level"]), toldOf(fields, commonDetails));
}

/** One line for an execution that has ended. */
export function executionLine({ name, status, error }: ExecutionUsage, now: number): string {
  const failed = status !== "SUCCEEDED";
  return row(now, "execution", failed ? "ERROR" : "INFO", [status, `name=${name}`, ...(failed ? [`error=${error}`] : [])]);
}

function row(timestamp: number, source: string, level: string, parts: readonly string[]): string {
  const time = new Date(timestamp).toISOString().slice(11, 23);
  const text = parts.join("  ");
  const colour = level === "ERROR" ? "red" : level === "WARN" ? "yellow" : undefined;
  return `${styleText("dim", time)}  ${source.padEnd(13)} ${colour ? styleText(colour, text) : text}`;
}
