import { AwsError, type ExecutionUsage, type LogLine, type PermittedCall, type Runtime } from "@async-text-processing/local";
import { ManualClock } from "@async-text-processing/local/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { results } from "../support/held-job.ts";
import { copyProject, isFinal, poll, startLocalRuntime, submit } from "../support/local-runtime.ts";

/** An inference stage that misbehaves as the text tells it to. */
const misbehavingStage = `
import { createStageHandler } from "./jobs/stage-handler.ts";
import { stageServices } from "./services/stage-services.ts";
import { mlInference } from "./stages/ml-inference/stage.ts";

let answer;
const handle = createStageHandler(mlInference, async ({ text }) => {
  answer = undefined;
  if (text.startsWith("throw")) throw new Error("canary: " + text);
  if (text.startsWith("wrong shape")) return { result: { stage: "ml_inference", sentiment: "SPLENDID" } };
  if (text.startsWith("hang")) await new Promise(() => undefined);
  if (text.startsWith("loop")) for (;;);
  if (text.startsWith("exit")) process.exit(3);
  if (text.startsWith("answer nonsense")) answer = 42;
  return { result: ${JSON.stringify(results.ml_inference)} };
}, stageServices());

export const handler = async (key) => {
  const own = await handle(key);
  return answer ?? own;
};
`;

const project = copyProject({ "functions/ml-inference.ts": misbehavingStage });
const clock = new ManualClock();
const logLines: LogLine[] = [];
/** The usage that each job's execution reported at its end. */
const endings = new Map<string, ExecutionUsage>();
let refuse: (call: PermittedCall) => boolean = () => false;
let runtime: Runtime;
beforeAll(async () => {
  runtime = await startLocalRuntime({
    project: project.folder,
    clock,
    before: async (call) => {
      if (refuse(call)) throw new AwsError("InternalServerError", "The store is out of order.", 500);
    },
    onUsage: (usage) => usage.kind === "execution" && endings.set(usage.name, usage),
  });
  runtime.services.logs.onLine((line) => logLines.push(line));
  await runtime.warmUp(); // the start of a process takes no time of the clock that the tests turn
});
afterAll(async () => {
  await runtime.stop();
  project.remove();
});

const startsOf = (jobId: string) =>
  logLines.filter(({ group, message }) => group.endsWith("ml-inference") && message.includes("Stage start") && message.includes(jobId))
    .length;
/** Waits for a call of the function, then lets the time pass that it has. */
async function letTimeOut(jobId: string, attempt: number): Promise<void> {
  await poll(runtime, jobId, () => startsOf(jobId) >= attempt);
  await clock.advance(10_000);
}
const second = () => clock.advance(1_000);

test.each([
  ["throw", "StageFailed", "The stage failed.", 2],
  ["wrong shape", "StageOutputInvalid", "The stage returned a result that could not be used.", 1],
  ["answer nonsense", "StageOutputInvalid", "The stage returned a result that could not be used.", 1],
  ["exit", "StageCrashed", "The stage stopped before it had finished.", 2],
])("a stage told to %s ends its job as %s, while another job is done", async (text, errorCode, errorMessage, attempts) => {
  const failing = await submit(runtime, text);
  const other = await submit(runtime, "all is well");

  const done = await poll(runtime, other, isFinal);
  const failed = await poll(runtime, failing, isFinal, second);

  expect(done).toMatchObject({ status: "DONE" });
  expect(failed).toMatchObject({
    status: "ERROR",
    errorCode,
    errorMessage,
    failedStage: "ml_inference",
    result: { ocr: { stage: "ocr" } },
  });
  expect(startsOf(failing)).toBe(attempts);
  await poll(runtime, failing, () => endings.has(failing) && endings.has(other));
  expect(endings.get(failing)).toMatchObject({ status: "FAILED", error: "JobFailed" });
  expect(endings.get(other)).toMatchObject({ status: "SUCCEEDED" });
});

test.each(["hang", "loop"])("a stage that %ss is stopped at its timeout, twice, while another job is done", async (text) => {
  const failing = await submit(runtime, text);
  await poll(runtime, failing, () => startsOf(failing) === 1);
  const done = await poll(runtime, await submit(runtime, "all is well"), isFinal);

  await letTimeOut(failing, 1);
  await poll(runtime, failing, () => startsOf(failing) === 2, second);
  await letTimeOut(failing, 2);
  const failed = await poll(runtime, failing, isFinal);

  expect(done).toMatchObject({ status: "DONE" });
  expect(failed).toMatchObject({
    status: "ERROR",
    errorCode: "StageTimedOut",
    errorMessage: "The stage did not finish in time.",
    failedStage: "ml_inference",
  });
});

test("with SetError and the sweeper refused too, a job past its deadline reads ERROR", async () => {
  refuse = ({ service, principal: { roleName } }) =>
    (service === "dynamodb" && roleName === "process-job-local") || roleName === "sweep-jobs-local";
  const jobId = await submit(runtime, "throw");
  const stuck = await poll(runtime, jobId, () => endings.has(jobId), second);

  await clock.advance(330_000);
  const expired = await poll(runtime, jobId, isFinal);
  refuse = () => false;

  expect(endings.get(jobId)).toMatchObject({ status: "FAILED", error: "JobFailed" });
  expect(stuck).toMatchObject({ status: "IN_PROGRESS", stage: "ml_inference" });
  expect(expired).toMatchObject({ status: "ERROR", errorCode: "JobTimedOut", failedStage: "ml_inference" });
});

test("what a failing stage's error says of the document is in no log line and no event", () => {
  expect(logLines.length).toBeGreaterThan(50);
  expect(logLines.filter(({ message }) => message.includes("canary"))).toEqual([]);
});
