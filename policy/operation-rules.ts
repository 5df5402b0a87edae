import { logDelivery } from "../infrastructure/unscoped-actions.ts";
import { at, isRecord, ofType, type Resource, type Rule, ruleFor, violations } from "./resource.ts";
import { statementsOf } from "./statements.ts";

const currentRuntime = "nodejs24.x";

/** The states of a definition, those in branches and processors too. */
function statesIn(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (!isRecord(value)) return [];
  const states = isRecord(value["States"]) ? Object.values(value["States"]).filter(isRecord) : [];
  return [...states, ...Object.values(value).flatMap(statesIn)];
}

const definitionOf = (machine: Resource): unknown => JSON.parse(String(at(machine, "definition") ?? "{}"));
const tasksOf = (machine: Resource) => statesIn(definitionOf(machine)).filter((state) => state["Type"] === "Task");

/** The ends of the ARNs of functions in a definition: `:7`, or nothing where there is no version. */
const functionSuffixes = (machine: Resource): string[] =>
  Array.from(JSON.stringify(definitionOf(machine)).matchAll(/:function:[\w-]+([^"]*)"/g), ([, suffix = ""]) => suffix);

/** The console draws an Express execution from a log of everything, with data; `executionLogLevel: ERROR` logs failures, without. */
const executionLogs = ["ALL with data", "ERROR without data"];

/** AWS delivers a log to this prefix without a policy for each group. */
function isLogged(machine: Resource): boolean {
  const destination = String(at(machine, "loggingConfiguration", "logDestination"));
  const data = at(machine, "loggingConfiguration", "includeExecutionData") === true ? "with data" : "without data";
  const log = `${at(machine, "loggingConfiguration", "level")} ${data}`;
  return executionLogs.includes(log) && /:log-group:\/aws\/vendedlogs\/states\/[^:]+:\*$/.test(destination);
}

function mayDeliverLogs(machine: Resource, resources: readonly Resource[]): boolean {
  const policy = ofType(resources, "rolePolicy").find(({ name }) => name === machine.name);
  const granted = policy === undefined ? [] : statementsOf(policy, "policy").filter(({ resources: on }) => on.includes("*"));
  return logDelivery.every((action) => granted.some(({ actions }) => actions.includes(action)));
}

/** The metrics that alarms watch, as `function metric`. */
function watchedMetrics(resources: readonly Resource[]): readonly string[] {
  const queries = ofType(resources, "alarm").flatMap((alarm) => at(alarm, "metricQueries") ?? []);
  const metrics = queries.filter(isRecord).map((query) => query["metric"]);
  return metrics
    .filter(isRecord)
    .map(({ dimensions, metricName }) => `${isRecord(dimensions) ? dimensions["FunctionName"] : ""} ${metricName}`);
}

/** Logs, alarms and limits. */
export const operationRules: readonly Rule[] = [
  ruleFor(
    "logGroup",
    "logs-forget",
    "A log group has a retention.",
    (group) => Number(at(group, "retentionInDays") ?? 0) > 0,
    "It keeps its lines forever.",
  ),
  {
    name: "own-log-group",
    description: "A function logs into a group that is declared, so that it has a retention and goes with the stack.",
    check: (resources) => {
      const groups = ofType(resources, "logGroup").map((group) => at(group, "name"));
      const isDeclared = (target: Resource) => groups.includes(at(target, "loggingConfig", "logGroup"));
      return violations(ofType(resources, "function"), isDeclared, "Its log group is not declared.");
    },
  },
  ruleFor(
    "function",
    "declared-log-level",
    "A function declares the level of its log: Lambda takes INFO where there is none, and the logger what Lambda takes.",
    (target) => at(target, "loggingConfig", "applicationLogLevel") !== undefined,
    "It logs at INFO, whatever its logger is told.",
  ),
  {
    name: "watched-functions",
    description: "A function has an alarm on its errors and its throttles.",
    check: (resources) => {
      const watched = watchedMetrics(resources);
      const isWatched = (target: Resource) =>
        ["Errors", "Throttles"].every((metric) => watched.includes(`${at(target, "name")} ${metric}`));
      return violations(ofType(resources, "function"), isWatched, "No alarm watches its errors and throttles.");
    },
  },
  ruleFor(
    "function",
    "current-runtime",
    `A function runs on ${currentRuntime}.`,
    (target) => at(target, "runtime") === currentRuntime,
    (target) => `It runs on ${at(target, "runtime")}.`,
  ),
  ruleFor(
    "function",
    "own-timeout",
    "A function has a timeout of its own, not Lambda's default of 3 seconds.",
    (target) => Number(at(target, "timeout")) > 3,
    "It has no timeout of its own.",
  ),
  {
    name: "logged-executions",
    description: "A state machine logs all that the console draws an Express execution from, or failures alone, and may deliver it.",
    check: (resources) => {
      const logs = (machine: Resource) => isLogged(machine) && mayDeliverLogs(machine, resources);
      return violations(ofType(resources, "stateMachine"), logs, "Its log lacks what the console draws, or cannot be delivered.");
    },
  },
  ruleFor(
    "stateMachine",
    "traced-executions",
    "A state machine is traced.",
    (machine) => at(machine, "tracingConfiguration", "enabled") === true,
    "It is not traced.",
  ),
  ruleFor(
    "stateMachine",
    "versions-in-definitions",
    "A definition names versions of functions, so that an execution ends on the code that it started with.",
    (machine) => functionSuffixes(machine).every((version) => /^:\d+$/.test(version)),
    "It names a function without a version.",
  ),
  ruleFor(
    "stateMachine",
    "bounded-tasks",
    "Every task of a definition, and the definition itself, has a timeout.",
    (machine) => [definitionOf(machine), ...tasksOf(machine)].every((state) => isRecord(state) && Number(state["TimeoutSeconds"]) > 0),
    "It, or a task in it, has no timeout.",
  ),
  ruleFor(
    "httpStage",
    "throttled-api",
    "An API has a throttle.",
    (stage) => ["throttlingRateLimit", "throttlingBurstLimit"].every((limit) => Number(at(stage, "defaultRouteSettings", limit)) > 0),
    "It has no throttle.",
  ),
  ruleFor(
    "httpStage",
    "logged-api",
    "An API logs its requests.",
    (stage) => at(stage, "accessLogSettings", "destinationArn") !== undefined,
    "It logs no requests.",
  ),
];
