import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { evaluatedProgram } from "../support/evaluated-program.ts";
import { request } from "../support/local-runtime.ts";
import { type Flow, flows, logFlow } from "./permissions-flows.ts";
import { type Mutation, openedToAll, permissionMutations, policyMutations, rolePolicy, withInputs } from "./permissions-mutations.ts";
import { type Stack, startStack } from "./permissions-stack.ts";

/** With every route that a setting adds, and open to everyone: what a signature may do is tested with the routes. */
const program = openedToAll(await evaluatedProgram("search=true", "auth=iam"));
const functionNames = program.resources.filter(({ type }) => type === "aws:lambda/function:Function").map(({ name }) => name);

/** Who may write a log or a trace is decided once and for all, so that is tried with a stack of its own. */
const decidesOnce = ({ actions: [action = ""] }: Mutation) => /^(logs|xray):/.test(action);
/** A function's own log is the first thing that its policy grants. */
const isOwnLog = ({ role, statement }: Mutation) => functionNames.includes(role) && statement === "1";

const mutations = policyMutations(program);
const ownLogs = mutations.filter(isOwnLog);

/** The error of a flow, which there is only because of what was denied. */
async function failureOf(flow: Flow, stack: Stack): Promise<unknown> {
  const failure = await flow(stack).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (failure !== undefined && stack.denials.length === 0) throw failure;
  return failure;
}

/** The error of the first of some flows that has one, with what it leaves under way. */
async function firstFailure([flow, ...others]: readonly Flow[], stack: Stack): Promise<unknown> {
  if (flow === undefined) return undefined;
  const toItsEnd = async () => {
    await flow(stack);
    await stack.settle();
  };
  return (await failureOf(toItsEnd, stack)) ?? firstFailure(others, stack);
}

function expectDenied({ role, actions }: Mutation, { denials }: Stack): void {
  const denied = denials.map(({ roleName, action }) => `${roleName} ${action}`);
  expect(denied).not.toEqual([]);
  expect(actions.map((action) => `${role}-local ${action}`)).toEqual(expect.arrayContaining(denied));
}

describe("one stack, with all its permissions and without one at a time", () => {
  /** The way of a flow through the stack as it is declared, with the grants that it used. */
  interface Trip {
    readonly name: string;
    readonly flow: Flow;
    readonly failure: unknown;
    readonly denials: readonly unknown[];
    readonly uses: ReadonlySet<string>;
  }
  const trips: Trip[] = [];
  let stack: Stack;
  let unusedBefore: unknown;
  beforeAll(async () => {
    stack = await startStack(program);
    await stack.runtime.warmUp();
    unusedBefore = unused();
    const logFlows = functionNames.map((name) => [`the log of ${name}`, logFlow(name)] as const);
    for (const [name, flow] of [...Object.entries(flows), ...logFlows]) {
      const failure = await flow(stack).catch((error: unknown) => error);
      trips.push({ name, flow, failure, denials: [...stack.denials], uses: new Set(stack.uses) });
      await stack.settle();
    }
  }, 300_000);
  afterEach(() => stack.settle());
  afterAll(() => stack.stop());

  const unused = () => stack.runtime.services.iam.unused(stack.runtime.account.ledger);

  test("every flow completes, and together they use every grant", () => {
    const failed = trips.filter(({ failure, denials }) => failure !== undefined || denials.length > 0);
    expect(failed.map(({ name, failure, denials }) => ({ name, failure, denials }))).toEqual([]);
    expect(unusedBefore).toContainEqual({ roleName: "ocr-local", statement: "3", action: "s3:DeleteObject" });
    expect(unused()).toEqual([]);
  });

  /** The flows that used what a mutation takes, the ones that need little else first. */
  const flowsOf = ({ role, statement, actions }: Mutation): Flow[] =>
    trips
      .filter(({ uses }) => actions.some((action) => uses.has(`${role}-local ${statement} ${action}`)))
      .sort((one, other) => one.uses.size - other.uses.size)
      .map(({ flow }) => flow);

  test.each(mutations.filter((mutation) => !decidesOnce(mutation)))("without its $taken, $role fails", async (mutation) => {
    const restore = stack.withPolicy(`${mutation.role}-local`, mutation.policy);

    const failure = await firstFailure(flowsOf(mutation), stack).finally(restore);

    expect(failure).toBeInstanceOf(Error);
    expectDenied(mutation, stack);
  });
});

describe("a stack of its own", () => {
  let stack: Stack;
  afterEach(() => stack.stop());

  const without = async ({ role, policy }: Mutation) => {
    stack = await startStack(withInputs(program, rolePolicy, role, (inputs) => ({ ...inputs, policy })));
  };

  test.each(mutations.filter((mutation) => decidesOnce(mutation) && !isOwnLog(mutation)))(
    "without its $taken, $role fails",
    async (mutation) => {
      await without(mutation);
      const flow = mutation.actions.some((action) => action.startsWith("xray:")) ? "an execution is traced" : "an execution is logged";

      const failure = await failureOf(flows[flow], stack);

      expect(failure).toBeInstanceOf(Error);
      expectDenied(mutation, stack);
    },
  );

  test.each(ownLogs.filter(({ role }) => role === "ocr"))("without its $taken, $role writes no log", async (mutation) => {
    await without(mutation);

    const failure = await failureOf(logFlow(mutation.role), stack);

    expect(failure).toBeInstanceOf(Error);
    expectDenied(mutation, stack);
  });

  test("with another's log group in place of its own, no function writes a log", async () => {
    const elsewhere = ownLogs.filter(({ actions }) => actions.length > 1);
    const mutated = elsewhere.reduce(
      (manifest, { role, policy }) => withInputs(manifest, rolePolicy, role, (inputs) => ({ ...inputs, policy })),
      program,
    );
    stack = await startStack(mutated);

    for (const mutation of elsewhere) {
      const failure = await failureOf(logFlow(mutation.role), stack);
      expect(failure).toBeInstanceOf(Error);
      expectDenied(mutation, stack);
      await stack.settle();
    }

    expect(elsewhere.map(({ role }) => role).sort()).toEqual([...functionNames].sort());
  });

  test.each(permissionMutations(program))("with $what, the API cannot call the function of $routeKey", async ({ routeKey, manifest }) => {
    stack = await startStack(manifest);
    const [method, path = "/nowhere"] = routeKey === "$default" ? ["PUT"] : routeKey.split(" ");

    const { status, body } = await request(stack.runtime, path.replace("{jobId}", "f47ac10b-58cc-4372-a567-0e02b2c3d479"), {
      method: String(method),
    });

    expect([status, body]).toEqual([500, { message: "Internal Server Error" }]);
    const [line] = stack.logLines.filter(({ group }) => group === "/aws/vendedlogs/apis/async-text-processing-dev");
    expect(JSON.parse(line?.message ?? "{}")).toMatchObject({
      routeKey,
      status: "500",
      integrationError: expect.stringContaining("permission"),
    });
  });
});
