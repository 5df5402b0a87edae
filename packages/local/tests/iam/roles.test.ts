import { expect, onTestFinished, test } from "vitest";
import { evaluate } from "../../iam/evaluate.ts";
import { Roles } from "../../iam/roles.ts";
import { iam } from "../../iam/service.ts";
import { logs } from "../../logs/service.ts";
import { functionLog } from "../../logs/side-writes.ts";
import { RunningStack } from "../../stack.ts";
import { ManualClock } from "../../testing/manual-clock.ts";

const arn = "arn:aws:iam::000000000000:role/";
const trusting = (service: string) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: service } }] });
const allowing = (...Action: string[]) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource: "*" }] });
const [lambda, states] = ["lambda.amazonaws.com", "states.amazonaws.com"];

function decisions(roles: Roles, name: string, ...actions: string[]): boolean[] {
  const { policies } = roles.assume(arn + name, lambda);
  return actions.map((action) => evaluate(policies, { action, resource: "*" }).allowed);
}

test("a policy that is replaced or removed decides no more, also for who has assumed the role before", () => {
  const roles = new Roles();
  roles.add("a", trusting(lambda));
  const principal = roles.assume(`${arn}a`, lambda);
  const removeOld = roles.addPolicy("a", allowing("s3:GetObject"));
  roles.addPolicy("a", allowing("s3:PutObject"));

  removeOld();

  expect(decisions(roles, "a", "s3:GetObject", "s3:PutObject")).toEqual([false, true]);
  expect(roles.assume(`${arn}a`, lambda)).toBe(principal);
});

test("a denial to all is one for every role, until it is removed", () => {
  const roles = new Roles();
  for (const name of ["a", "b"]) {
    roles.add(name, trusting(lambda));
    roles.addPolicy(name, allowing("s3:*"));
  }
  const Statement = [{ Effect: "Deny", Principal: "*", Action: "s3:PutObject", Resource: "*" }];

  const remove = roles.addDenial({ Statement });
  const denied = ["a", "b"].flatMap((name) => decisions(roles, name, "s3:PutObject", "s3:GetObject"));
  remove();

  expect(denied).toEqual([false, true, false, true]);
  expect(decisions(roles, "b", "s3:PutObject")).toEqual([true]);
});

test("another trust policy of a role leaves its key and its policies; a role that is gone has none", () => {
  const roles = new Roles();
  const removeOld = roles.add("a", trusting(states));
  roles.addPolicy("a", allowing("s3:GetObject"));
  const keys = [...roles.credentials.keys()];

  const remove = roles.add("a", trusting(lambda));
  removeOld();
  const before = [decisions(roles, "a", "s3:GetObject"), [...roles.credentials.keys()]];
  remove();

  expect(before).toEqual([[true], keys]);
  expect(() => roles.assume(`${arn}a`, states)).toThrow("There is no role a");
  expect(roles.credentials.size).toBe(0);
});

test("what a role may log is decided again when its policies change", async () => {
  const options = { clock: new ManualClock(), onFault: (error: unknown) => expect.unreachable(String(error)) };
  const stack = new RunningStack(options, { region: "r", accountId: "000000000000", apiUrl: "" }, { deploy: () => undefined });
  onTestFinished(() => stack[Symbol.asyncDispose]());
  await stack.open([iam, logs]);
  const [roles, groups] = [await stack.use(iam), await stack.use(logs)];
  const lines: string[] = [];
  groups.declare("g");
  groups.onLine(({ message }) => lines.push(message));
  roles.add("a", trusting(lambda));
  const write = await functionLog(stack, roles.assume(`${arn}a`, lambda), "g");

  write("before");
  const remove = roles.addPolicy("a", allowing("logs:CreateLogStream", "logs:PutLogEvents"));
  write("permitted");
  remove();
  write("after");

  expect(lines).toEqual(["permitted"]);
});
