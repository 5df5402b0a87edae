import { withDeadline } from "../deadline.ts";
import { StatesError } from "./errors.ts";
import { type EventDetails, failureDetails, inputDetails, outputDetails } from "./events.ts";
import type { Fields } from "./fields.ts";
import { invokeRefusal, lambdaInvoke } from "./integrations.ts";
import { evaluateNumber, integerField, type NumberField } from "./number-field.ts";
import { copiedPayload, isJsonObject, type Payload, payloadOf } from "./payload.ts";
import { isExpression, type Template } from "./query.ts";
import type { Activation, Behaviour } from "./state.ts";
import { compileExit, compileNext } from "./transitions.ts";

interface Task {
  readonly resource: Resource;
  readonly parameters: Template | undefined;
  readonly timeout: NumberField | undefined;
  readonly heartbeat: NumberField | undefined;
}

interface Times {
  readonly timeoutInSeconds?: number;
  readonly heartbeatInSeconds?: number;
}

export function compileTask(fields: Fields, knownResources: KnownResource): Behaviour {
  const resource = compileResource(fields, knownResources);
  const given = fields.take("Arguments");
  const refusal = resource.arn === lambdaInvoke && isJsonObject(given) ? invokeRefusal(given, (value) => !isExpression(value)) : undefined;
  if (refusal !== undefined) fields.refuse(`has 'Arguments' that cannot be used: ${refusal.replace(/\.$/, "")}`);
  const task: Task = {
    resource,
    parameters: given === undefined ? undefined : fields.compile("Arguments", given),
    timeout: integerField(fields, "TimeoutSeconds", 1),
    heartbeat: integerField(fields, "HeartbeatSeconds", 1),
  };
  if ((task.heartbeat?.literal ?? 0) >= (task.timeout?.literal ?? Number.POSITIVE_INFINITY))
    fields.refuse("has a 'HeartbeatSeconds' that is not smaller than its 'TimeoutSeconds'");
  const exit = compileExit(fields, compileNext(fields), ["result"]);
  return { exits: [exit], run: async (activation) => ({ exit, result: await attempt(task, activation) }) };
}

async function attempt({ resource, parameters: template, timeout, heartbeat }: Task, activation: Activation): Promise<Payload> {
  const parameters = template === undefined ? activation.input : payloadOf(await activation.evaluate(template));
  activation.withinLimit(parameters, "was given arguments");
  const times = timesOf(await evaluateNumber(activation, timeout), await evaluateNumber(activation, heartbeat));
  activation.record(`${resource.family}Scheduled`, { ...resource.scheduled(parameters, activation.thread.run.region), ...times });
  const result = await call(resource, activation, parameters, times);
  activation.record(`${resource.family}Succeeded`, { ...outputDetails(result), ...resource.details });
  return result;
}

function timesOf(timeout: number | undefined, heartbeat: number | undefined): Times {
  return { ...(heartbeat !== undefined && { heartbeatInSeconds: heartbeat }), ...(timeout !== undefined && { timeoutInSeconds: timeout }) };
}

/**
 * A call that has to wait for this machine has started when it no longer waits, any other one at once.
 * No integration here sends heartbeats, so the first one is missed after HeartbeatSeconds.
 */
async function call(resource: Resource, activation: Activation, parameters: Payload, times: Times): Promise<Payload> {
  const { timeoutInSeconds = Number.POSITIVE_INFINITY, heartbeatInSeconds = Number.POSITIVE_INFINITY } = times;
  const seconds = Math.min(timeoutInSeconds, heartbeatInSeconds);
  const expired = new StatesError(heartbeatInSeconds < timeoutInSeconds ? "States.HeartbeatTimeout" : "States.Timeout", "");
  const { run, signal } = activation.thread;
  let isStarted = false;
  const start = () => {
    if (!isStarted) activation.record(`${resource.family}Started`, resource.details);
    isStarted = true;
  };
  const startsNow = setImmediate(start);
  const deadline = { clock: run.clock, milliseconds: Number.isFinite(seconds) ? seconds * 1000 : undefined, signal, expired };
  try {
    const result = await withDeadline(deadline, (taskSignal, hold) =>
      run.runTask({
        resource: resource.arn,
        arguments: JSON.parse(parameters.text),
        signal: taskSignal,
        context: activation.context(),
        hold: () => {
          clearImmediate(startsNow);
          return all(hold(), run.hold(), start);
        },
      }),
    );
    start();
    const name = resource.details.resourceType ?? resource.arn;
    return activation.withinLimit(copiedPayload(result), "returned a result", { terminal: false, name });
  } catch (error) {
    if (!(error instanceof StatesError)) throw error;
    start();
    const details: EventDetails = { ...failureDetails(error), ...resource.details };
    activation.record(`${resource.family}${error === expired ? "TimedOut" : "Failed"}`, details);
    throw error;
  } finally {
    clearImmediate(startsNow);
  }
}

const all =
  (...steps: readonly (() => void)[]) =>
  (): void => {
    for (const step of steps) step();
  };

/** @returns true for a resource that the runtime can call. */
export type KnownResource = (resource: string) => boolean;

/** The resource of a Task state, and how its events speak of it. */
export interface Resource {
  readonly arn: string;
  /** Functions named by their own ARN have event types of their own. */
  readonly family: "Task" | "LambdaFunction";
  readonly details: EventDetails;
  scheduled(parameters: Payload, region: string): EventDetails;
}

const integrationForm = /^arn:[a-z-]+:states:[^:]*:[^:]*:(?<resourceType>.+):(?<resource>[^:]+)$/;
const functionForm = /^arn:[a-z-]+:lambda:[^:]+:\d*:function:/;
const unsupported: readonly (readonly [RegExp, string])[] = [
  [/\.sync(:\d+)?$/, "waits for a job (.sync), which Express does not do"],
  [/\.waitForTaskToken$/, "waits for a task token, which Express does not do"],
  [/^arn:[a-z-]+:states:[^:]+:[^:]*:activity:/, "is an activity, which Express does not have"],
];

function compileResource(fields: Fields, isKnown: KnownResource): Resource {
  const arn = fields.requiredText("Resource");
  const refusal = unsupported.find(([form]) => form.test(arn))?.[1] ?? (isKnown(arn) ? undefined : "is not supported here");
  if (refusal !== undefined) fields.refuse(`has the 'Resource' '${arn}', which ${refusal}`, "/Resource");
  const groups = functionForm.test(arn) ? undefined : integrationForm.exec(arn)?.groups;
  if (groups === undefined)
    return { arn, family: "LambdaFunction", details: {}, scheduled: (parameters) => ({ ...inputDetails(parameters), resource: arn }) };
  const details = { resource: groups["resource"] ?? "", resourceType: groups["resourceType"] ?? "" };
  return { arn, family: "Task", details, scheduled: ({ text }, region) => ({ parameters: text, region, ...details }) };
}
