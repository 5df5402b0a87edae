import { expect, test } from "vitest";
import type { InvokeInput } from "../../lambda/invocation.ts";
import { DefinitionError } from "../../step-functions/errors.ts";
import { ExecutionJournal } from "../../step-functions/journal.ts";
import type { StateMachineSpec } from "../../step-functions/step-functions-api.ts";
import { StepFunctionsService } from "../../step-functions/step-functions-service.ts";
import { ManualClock } from "../../testing/manual-clock.ts";

const arn = "arn:aws:states:us-east-1:000000000000:stateMachine:process-job";

/** Waits for a second, then calls a version of a function. */
function specWith(version: string): StateMachineSpec {
  const call = { Type: "Task", Resource: "arn:aws:states:::lambda:invoke", Arguments: { FunctionName: `work:${version}` }, End: true };
  const states = { Wait: { Type: "Wait", Seconds: 1, Next: "Work" }, Work: call };
  return {
    ...{ name: "process-job", arn, roleArn: "arn:aws:iam::000000000000:role/r", logLevel: "OFF", includeExecutionData: false },
    principal: { roleName: "r", secretAccessKey: "s", policies: [] },
    definition: JSON.stringify({ QueryLanguage: "JSONata", StartAt: "Wait", States: states }),
    ...{ writeLog: undefined, writeTrace: undefined },
  };
}

function createService() {
  const clock = new ManualClock();
  const [calls, definitions]: [string[], Map<string, string>] = [[], new Map()];
  const call = async (_: string, { input }: { input: unknown }) => {
    calls.push((input as InvokeInput).functionNameOrArn);
    return { outcome: { payload: "{}" }, version: "1" };
  };
  const onFault = (error: unknown) => expect.unreachable(String(error));
  const service = new StepFunctionsService({ clock, journal: new ExecutionJournal(), calls: { call }, onFault });
  service.observe(({ name, definition }) => definitions.set(name, definition));
  return { service, clock, calls, definitions };
}

test("an execution ends on the definition that it began with, also one that has not begun yet; the next begins with the new one", async () => {
  const { service, clock, calls, definitions } = createService();
  const [old, current] = [specWith("1"), specWith("2")];
  const removeOld = service.add(old);
  service.start(arn, { name: "under-way" });
  await clock.advance(500);
  service.start(arn, { name: "accepted" });

  service.add(current);
  removeOld();
  service.start(arn, { name: "next" });
  await clock.advance(2_000);

  expect(calls).toEqual(["work:1", "work:1", "work:2"]);
  expect(Object.fromEntries(definitions)).toEqual({ "under-way": old.definition, accepted: old.definition, next: current.definition });
  expect(service.all).toEqual([current]);
});

test("a broken definition is refused, and the one before stays", () => {
  const { service } = createService();
  const spec = specWith("1");
  service.add(spec);

  expect(() => service.add({ ...spec, definition: "{}" })).toThrow(DefinitionError);
  expect(service.all).toEqual([spec]);
});

test("a state machine that is gone starts nothing", () => {
  const { service } = createService();

  service.add(specWith("1"))();

  expect(() => service.start(arn)).toThrow(expect.objectContaining({ name: "StateMachineDoesNotExist" }));
});

test("executions of an earlier process are resumed once", async () => {
  const journal = new ExecutionJournal();
  journal.started({ stateMachineArn: arn, executionArn: `${arn}:a`, name: "a", input: "{}" });
  const clock = new ManualClock();
  const call = async () => ({ outcome: { payload: "{}" }, version: "1" });
  const service = new StepFunctionsService({ clock, journal, calls: { call }, onFault: (error) => expect.unreachable(String(error)) });
  service.add(specWith("1"));

  service.resume();
  service.resume();
  await clock.advance(2_000);

  expect(service.resumed).toBe(1);
});
