import { expect, test } from "vitest";
import type { InvocationUsage } from "../../usage.ts";
import { createFunction } from "./test-function.ts";

const busy = "export const handler = (ms) => { for (const end = Date.now() + ms; Date.now() < end; ); };";

test("an invocation is reported with its billed time and the time that its process used on a core", async () => {
  const usages: InvocationUsage[] = [];
  const { lambda } = createFunction(busy, { onUsage: (usage) => usages.push(usage) });

  await lambda.invoke("1");
  await lambda.invoke("200");

  expect(usages).toMatchObject(Array(2).fill({ kind: "invocation", functionName: "stage" }));
  expect(usages.every(({ billedMilliseconds }) => Number.isInteger(billedMilliseconds) && billedMilliseconds > 0)).toBe(true);
  expect(usages[1]?.billedMilliseconds).toBeGreaterThanOrEqual(200);
  if (process.platform === "linux") expect(usages.every(({ cpuMilliseconds = 0 }) => cpuMilliseconds > 0)).toBe(true);
});

test("an invocation that fails is reported, too", async () => {
  const usages: InvocationUsage[] = [];
  const { lambda } = createFunction("export const handler = () => process.exit(3);", { onUsage: (usage) => usages.push(usage) });

  await lambda.invoke("{}");

  expect(usages).toHaveLength(1);
});
