import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LambdaService } from "../../lambda/lambda-service.ts";
import { createFunction, isRunning, until } from "./test-function.ts";

/** Answers a text; an event that names a file is held until that file is there. */
const answering = (text: string) => `
  import { existsSync } from "node:fs";
  export const handler = async ({ file }) => {
    if (file) console.log("held");
    while (file && !existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 5));
    return ${JSON.stringify(text)};
  };`;

test("a call in progress ends on the code that it began with; the next one gets the new code, and the old version by its number", async () => {
  const service = new LambdaService();
  const [old, current] = [createFunction(answering("old")), createFunction(answering("new"), { version: "2" })];
  service.add(old.lambda);
  const file = join(old.folder, "go");
  const held = service.invoke("stage", JSON.stringify({ file }));
  await until(() => old.lines.includes("held"));
  const [pid = 0] = old.lambda.pids;

  service.add(current.lambda);
  service.retire(old.lambda);
  const { outcome } = await service.invoke("stage", "{}");
  const byNumber = await service.invoke("stage:1", "{}");
  writeFileSync(file, "");

  expect([outcome, byNumber.outcome, (await held).outcome]).toEqual([{ payload: '"new"' }, { payload: '"old"' }, { payload: '"old"' }]);
  await until(() => !isRunning(pid));
  expect([old.lambda.pids, current.lambda.pids.length, [...service.all]]).toEqual([[], 1, [current.lambda]]);
});

test("a function that is gone is not found, but by the version that executions under way have", async () => {
  const service = new LambdaService(200);
  const { lambda } = createFunction(answering("old"));
  service.add(lambda, 100);

  service.retire(lambda);

  await expect(service.invoke("stage", "{}")).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  expect((await service.invoke("stage:1", "{}")).outcome).toEqual({ payload: '"old"' });
  expect(() => service.add(createFunction("", { functionName: "other" }).lambda, 100)).not.toThrow(); // its reservation is free again
});

test("a function that takes the place of another one takes its reservation, too", () => {
  const service = new LambdaService(200);
  service.add(createFunction("").lambda, 100);

  service.add(createFunction("", { version: "2" }).lambda, 100);

  expect(() => service.add(createFunction("", { functionName: "other" }).lambda, 1)).toThrow("ReservedConcurrentExecutions");
});
