import type { DeclaredResource, Manifest, Properties } from "@async-text-processing/local";

export interface Statement {
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A policy of a role with one thing taken from it. */
export interface Mutation {
  /** The role's logical name. */
  readonly role: string;
  /** The change, in words. */
  readonly taken: string;
  /** The statement's number, from 1. */
  readonly statement: string;
  /** The actions of which at least one is now denied. */
  readonly actions: readonly string[];
  readonly policy: string;
}

/** A program whose routes all have no authorizer. */
export const openedToAll = ({ resources, ...program }: Manifest): Manifest => ({
  ...program,
  resources: resources.map((resource) => {
    const isRoute = resource.type === "aws:apigatewayv2/route:Route";
    return isRoute ? { ...resource, inputs: { ...resource.inputs, authorizationType: "NONE" } } : resource;
  }),
});

export const rolePolicy = "aws:iam/rolePolicy:RolePolicy";

/** The policies of roles by their logical names, with one action, one resource or one condition less. */
export function policyMutations({ resources }: Manifest): Mutation[] {
  return resources
    .filter(({ type }) => type === rolePolicy)
    .flatMap(({ name, inputs }) => {
      const statements = statementsOf(inputs);
      return statements.flatMap((statement, index) =>
        statementMutations(statement).map(({ taken, actions, replaced }) => ({
          ...{ role: name, taken, statement: String(index + 1), actions },
          policy: JSON.stringify({ Version: "2012-10-17", Statement: statements.flatMap((one, at) => (at === index ? replaced : one)) }),
        })),
      );
    });
}

export const statementsOf = ({ policy }: Properties): readonly Statement[] => JSON.parse(String(policy)).Statement;

function statementMutations(statement: Statement) {
  const { Action, Resource, Condition } = statement;
  const withoutAction = Action.map((action) => {
    const left = Action.filter((one) => one !== action);
    return { taken: action, actions: [action], replaced: left.length === 0 ? [] : [{ ...statement, Action: left }] };
  });
  const elsewhere = [Resource].flat().map((resource) => {
    const Resources = [Resource].flat().map((one) => (one === resource ? another(one) : one));
    return { taken: `${Action.join(", ")} on ${resource}`, actions: Action, replaced: [{ ...statement, Resource: Resources }] };
  });
  if (Condition === undefined) return [...withoutAction, ...elsewhere];
  const replaced = [{ ...statement, Condition: JSON.parse(JSON.stringify(Condition).replace("jobs/", "other/")) }];
  return [...withoutAction, ...elsewhere, { taken: `${Action.join(", ")} where ${JSON.stringify(Condition)}`, actions: Action, replaced }];
}

/** Another table, function, state machine, log group, prefix: the last name in the ARN, replaced. */
function another(arn: string): string {
  return arn === "*" ? "arn:aws:logs:us-east-1:000000000000:log-group:other:*" : arn.replace(/[^:/*]+((?:[:/]\*)?)$/, "other$1");
}

/** The manifest with the inputs of one resource changed, or without it where nothing is left of them. */
export function withInputs(
  { resources, outputs }: Manifest,
  type: string,
  name: string,
  change: (inputs: Properties) => Properties | undefined,
): Manifest {
  const changed = resources.flatMap((resource): DeclaredResource[] => {
    if (resource.type !== type || resource.name !== name) return [resource];
    const inputs = change(resource.inputs);
    return inputs === undefined ? [] : [{ ...resource, inputs }];
  });
  return { resources: changed, outputs };
}

const permission = "aws:lambda/permission:Permission";

/** The program without each of the permissions of its API, and with each for another route, service or function. */
export function permissionMutations(program: Manifest): { routeKey: string; what: string; manifest: Manifest }[] {
  const changes: Record<string, (inputs: Properties) => Properties | undefined> = {
    "no permission": () => undefined,
    "a permission for another route": (inputs) => ({ ...inputs, sourceArn: `${inputs["sourceArn"]}/other` }),
    "a permission for another service": (inputs) => ({ ...inputs, principal: "s3.amazonaws.com" }),
    "a permission on another function": (inputs) => ({ ...inputs, function: "async-text-processing-dev-ocr" }),
  };
  return program.resources
    .filter(({ type }) => type === "aws:apigatewayv2/route:Route")
    .flatMap(({ name, inputs }) =>
      Object.entries(changes).map(([what, change]) => ({
        ...{ routeKey: String(inputs["routeKey"]), what },
        manifest: withInputs(program, permission, name, change),
      })),
    );
}
