import type { StartedStack } from "../runtime.ts";
import { alarmStates } from "./alarms.ts";
import type { Metrics } from "./metrics.ts";
import type { FunctionState, StackView } from "./model/console-api.ts";

/** The values of the stack's config, its name and its clock. */
export interface StackSettings {
  readonly stackName: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly now: () => number;
}

/** The stack as it stands: its resources, its functions' environments, and the permissions of its roles. */
export async function stackView(stack: StartedStack, metrics: Metrics, { stackName, settings, now }: StackSettings): Promise<StackView> {
  const { manifest, services } = stack;
  return {
    stack: stackName,
    authorization: authorizationOf(stack),
    outputs: manifest.outputs,
    settings,
    stateMachines: services.stepFunctions.all.map(({ arn, name, definition }) => ({ arn, name, definition: JSON.parse(definition) })),
    functions: functionStates(services),
    alarms: await alarmStates(manifest.resources, metrics, now()),
    resources: manifest.resources.map(({ type, name, id }) => ({ type, name, id })),
    roles: rolesOf(stack),
  };
}

/** The one of those routes that have any. */
function authorizationOf({ manifest }: StartedStack): StackView["authorization"] {
  const types = manifest.resources.map(({ inputs }) => inputs["authorizationType"]);
  return types.includes("JWT") ? "JWT" : types.includes("AWS_IAM") ? "AWS_IAM" : "NONE";
}

/** Those that executions call first, in the order of the definition. */
function functionStates({ lambda, stepFunctions }: StartedStack["services"]): readonly FunctionState[] {
  const definitions = stepFunctions.all.map(({ definition }) => definition).join();
  const placeOf = ({ name }: { readonly name: string }) => `${definitions}:function:${name}:`.indexOf(`:function:${name}:`);
  return [...lambda.all]
    .sort((one, other) => placeOf(one) - placeOf(other) || (one.name < other.name ? -1 : 1))
    .map(({ name, memoryMiB, timeoutSeconds, pids, idle, running, waiting }) => ({
      ...{ name, memoryMiB, timeoutSeconds, warm: pids.length, busy: Math.max(running, pids.length - idle), waiting },
    }));
}

function rolesOf({ services, account }: StartedStack): StackView["roles"] {
  return [...services.iam.credentials.values()].map(({ roleName, policies }) => {
    const unused = account.ledger.unused(roleName, policies).map(({ action }) => action);
    const statements = policies.flatMap((policy) => policy.statements).filter(({ effect }) => effect === "Allow");
    const granted = statements.flatMap(({ actions }) => actions.map(({ text }) => text));
    return { name: roleName, used: granted.filter((action) => !unused.includes(action)), unused };
  });
}
