import { withDeadline } from "../../deadline.ts";
import type { Activation } from "../activation.ts";
import { StatesError } from "../errors.ts";
import { type EventDetails, failureDetails, outputDetails } from "../events.ts";
import { compileExit, compileNext } from "../exits.ts";
import type { Fields } from "../fields.ts";
import { evaluateInteger, type IntegerField, integerField } from "../integer-field.ts";
import { copiedPayload, isTooLarge, type Payload, payloadOf } from "../payload.ts";
import type { Template } from "../query.ts";
import { compileResource, type KnownResource, type Resource } from "../resource.ts";
import type { Behaviour } from "../state.ts";

interface Task {
  readonly resource: Resource;
  readonly parameters: Template | undefined;
  readonly timeout: IntegerField | undefined;
  readonly heartbeat: IntegerField | undefined;
}

interface Times {
  readonly timeoutInSeconds?: number;
  readonly heartbeatInSeconds?: number;
}

export function compileTask(fields: Fields, knownResources: KnownResource): Behaviour {
  const task: Task = {
    resource: compileResource(fields, knownResources),
    parameters: fields.template("Arguments"),
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
  if (isTooLarge(parameters)) throw activation.tooLarge("was given arguments", { terminal: true });
  const times = timesOf(await evaluateInteger(activation, timeout), await evaluateInteger(activation, heartbeat));
  activation.record(`${resource.family}Scheduled`, { ...resource.scheduled(parameters, activation.thread.run.region), ...times });
  activation.record(`${resource.family}Started`, resource.details);
  const result = await call(resource, activation, parameters, times);
  activation.record(`${resource.family}Succeeded`, { ...outputDetails(result), ...resource.details });
  return result;
}

function timesOf(timeout: number | undefined, heartbeat: number | undefined): Times {
  return { ...(heartbeat !== undefined && { heartbeatInSeconds: heartbeat }), ...(timeout !== undefined && { timeoutInSeconds: timeout }) };
}

/** No integration here sends heartbeats, so the first one is missed after HeartbeatSeconds. */
async function call(resource: Resource, activation: Activation, parameters: Payload, times: Times): Promise<Payload> {
  const { timeoutInSeconds = Number.POSITIVE_INFINITY, heartbeatInSeconds = Number.POSITIVE_INFINITY } = times;
  const seconds = Math.min(timeoutInSeconds, heartbeatInSeconds);
  const expired = new StatesError(heartbeatInSeconds < timeoutInSeconds ? "States.HeartbeatTimeout" : "States.Timeout", "");
  const { run, signal } = activation.thread;
  const deadline = { clock: run.clock, milliseconds: Number.isFinite(seconds) ? seconds * 1000 : undefined, signal, expired };
  try {
    const result = await withDeadline(deadline, (taskSignal) =>
      run.runTask({
        resource: resource.arn,
        arguments: JSON.parse(parameters.text),
        stateName: activation.state.name,
        signal: taskSignal,
        context: activation.context(),
      }),
    );
    return withinLimit(copiedPayload(result), activation);
  } catch (error) {
    if (!(error instanceof StatesError)) throw error;
    const details: EventDetails = { ...failureDetails(error), ...resource.details };
    activation.record(`${resource.family}${error === expired ? "TimedOut" : "Failed"}`, details);
    throw error;
  }
}

function withinLimit(result: Payload, activation: Activation): Payload {
  if (isTooLarge(result)) throw activation.tooLarge("returned a result", { terminal: false });
  return result;
}
