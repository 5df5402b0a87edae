import { logDelivery } from "../infrastructure/unscoped-actions.ts";
import { at, isRecord, ofType, type Resource, type Rule, violations } from "./resource.ts";
import { statementsOf } from "./statements.ts";

const currentRuntime = "nodejs24.x";
const retentionOf = (group: Resource): number => Number(at(group, "retentionInDays") ?? 0);

/** The states of a definition, those in branches and processors too. */
function statesIn(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (!isRecord(value)) return [];
  const states = isRecord(value["States"]) ? Object.values(value["States"]).filter(isRecord) : [];
  return [...states, ...Object.values(value).flatMap(statesIn)];
}

const definitionOf = (machine: Resource): unknown => JSON.parse(String(at(machine, "definition") ?? "{}"));
const tasksOf = (machine: Resource) => statesIn(definitionOf(machine)).filter((state) => state["Type"] === "Task");

/** An Express execution is drawn from a complete log, which AWS delivers to this prefix without a policy for each group. */
function isDrawn(machine: Resource): boolean {
  const destination = String(at(machine, "loggingConfiguration", "logDestination"));
  const logs =
    at(machine, "loggingConfiguration", "level") === "ALL" && at(machine, "loggingConfiguration", "includeExecutionData") === true;
  return logs && /:log-group:\/aws\/vendedlogs\/states\/[^:]+:\*$/.test(destination);
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
  {
    name: "logs-forget",
    description: "A log group has a retention.",
    check: (resources) => violations(ofType(resources, "logGroup"), (group) => retentionOf(group) > 0, "It keeps its lines forever."),
  },
  {
    name: "own-log-group",
    description: "A function logs into a group that is declared, so that it has a retention and goes with the stack.",
    check: (resources) => {
      const groups = ofType(resources, "logGroup").map((group) => at(group, "name"));
      return violations(
        ofType(resources, "function"),
        (target) => groups.includes(at(target, "loggingConfig", "logGroup")),
        "Its log group is not declared.",
      );
    },
  },
  {
    name: "watched-functions",
    description: "A function has an alarm on its errors and its throttles.",
    check: (resources) => {
      const watched = watchedMetrics(resources);
      return violations(
        ofType(resources, "function"),
        (target) => ["Errors", "Throttles"].every((metric) => watched.includes(`${at(target, "name")} ${metric}`)),
        "No alarm watches its errors and throttles.",
      );
    },
  },
  {
    name: "current-runtime",
    description: `A function runs on ${currentRuntime}.`,
    check: (resources) =>
      violations(
        ofType(resources, "function"),
        (target) => at(target, "runtime") === currentRuntime,
        (target) => `It runs on ${at(target, "runtime")}.`,
      ),
  },
  {
    name: "own-timeout",
    description: "A function has a timeout of its own, not Lambda's default of 3 seconds.",
    check: (resources) =>
      violations(ofType(resources, "function"), (target) => Number(at(target, "timeout")) > 3, "It has no timeout of its own."),
  },
  {
    name: "drawn-executions",
    description: "A state machine logs all that the console draws an Express execution from, and may deliver it.",
    check: (resources) =>
      violations(
        ofType(resources, "stateMachine"),
        (machine) => isDrawn(machine) && mayDeliverLogs(machine, resources),
        "The console cannot draw its executions.",
      ),
  },
  {
    name: "traced-executions",
    description: "A state machine is traced.",
    check: (resources) =>
      violations(
        ofType(resources, "stateMachine"),
        (machine) => at(machine, "tracingConfiguration", "enabled") === true,
        "It is not traced.",
      ),
  },
  {
    name: "versions-in-definitions",
    description: "A definition names versions of functions, so that an execution ends on the code that it started with.",
    check: (resources) =>
      violations(
        ofType(resources, "stateMachine"),
        (machine) =>
          [...JSON.stringify(definitionOf(machine)).matchAll(/:function:[\w-]+([^"]*)"/g)].every(([, version = ""]) =>
            /^:\d+$/.test(version),
          ),
        "It names a function without a version.",
      ),
  },
  {
    name: "bounded-tasks",
    description: "Every task of a definition, and the definition itself, has a timeout.",
    check: (resources) =>
      violations(
        ofType(resources, "stateMachine"),
        (machine) => [definitionOf(machine), ...tasksOf(machine)].every((state) => isRecord(state) && Number(state["TimeoutSeconds"]) > 0),
        "It, or a task in it, has no timeout.",
      ),
  },
  {
    name: "throttled-api",
    description: "An API has a throttle.",
    check: (resources) =>
      violations(
        ofType(resources, "httpStage"),
        (stage) => ["throttlingRateLimit", "throttlingBurstLimit"].every((limit) => Number(at(stage, "defaultRouteSettings", limit)) > 0),
        "It has no throttle.",
      ),
  },
  {
    name: "logged-api",
    description: "An API logs its requests.",
    check: (resources) =>
      violations(
        ofType(resources, "httpStage"),
        (stage) => at(stage, "accessLogSettings", "destinationArn") !== undefined,
        "It logs no requests.",
      ),
  },
];
