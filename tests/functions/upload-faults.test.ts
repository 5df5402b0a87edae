import { AwsError } from "@async-text-processing/local";
import { expect, test } from "vitest";
import { bodyOf, problem } from "../support/answers.ts";
import { keptIn } from "../support/kept.ts";
import { createPipeline } from "../support/pipeline.ts";
import { pngFile } from "../support/scanned-documents.ts";
import { postUpload, upload } from "../support/uploads.ts";

const notKept = problem(
  503,
  "Service Unavailable",
  "JobNotStored",
  "The job could not be stored, and nothing of it was kept. Send the request again.",
);
const document = pngFile({ bytes: 100_000 });

/** The calls of `POST /jobs` with an upload, in order; with a key, the upload is claimed before the record is put. */
const ways: readonly { way: string; headers: Record<string, string>; calls: readonly string[] }[] = [
  {
    way: "without a key",
    headers: {},
    calls: ["GetItem", "HeadObject", "CopyObject", "GetObject", "PutItem", "StartExecution", "DeleteObject"],
  },
  {
    way: "with a key",
    headers: { "idempotency-key": "8f14e45f-ceea-467f-a9d5-6f2c1b7a3e10" },
    calls: ["GetItem", "HeadObject", "CopyObject", "GetObject", "PutItem", "PutItem", "StartExecution", "DeleteObject"],
  },
];

/** A pipeline with an upload, in which the call of this number fails: before it is made, or so that its answer is lost. */
async function withFault(at: number, when: "before" | "after") {
  const made: string[] = [];
  const fault = { isOn: false };
  const pipeline = await createPipeline({
    before: async ({ operation, principal }) => {
      if (!fault.isOn || principal.roleName !== "admin") return;
      made.push(operation);
      if (made.length === at + 1 && when === "before") throw new AwsError("InternalError", "a secret of the inside", 500);
    },
  });
  const handle = pipeline.aws.account.handle.bind(pipeline.aws.account);
  pipeline.aws.account.handle = async (request) => {
    const answer = await handle(request);
    const isLost = fault.isOn && when === "after" && made.length === at + 1;
    return isLost ? { status: 500, headers: {}, body: "" } : answer;
  };
  const { uploadId } = await upload(pipeline, document);
  fault.isOn = true;
  return { pipeline, uploadId, made, fault };
}

test.each(ways)("an upload $way becomes a job by these calls", async ({ headers, calls }) => {
  const { pipeline, uploadId, made } = await withFault(99, "before");

  await postUpload(pipeline, uploadId, headers);

  expect(made).toEqual(calls);
});

const faults = ways.flatMap(({ calls, ...way }) =>
  calls.flatMap((call, at) => (["before", "after"] as const).map((when) => ({ ...way, call, at, when }))),
);
const kept = faults.filter(({ call }) => ["StartExecution", "DeleteObject"].includes(call));

test.each(faults.filter((fault) => !kept.includes(fault)))(
  "$way: $call ($at) that fails $when it is made is a 503 that has kept nothing, and the upload can be sent again, with any key",
  async ({ at, when, headers }) => {
    for (const next of [headers, {}, { "idempotency-key": "another-key-of-16" }]) {
      const { pipeline, uploadId, fault } = await withFault(at, when);

      const answer = await postUpload(pipeline, uploadId, headers);
      const left = await keptIn(pipeline.aws);
      fault.isOn = false;
      const again = await postUpload(pipeline, uploadId, next);

      expect(bodyOf(answer)).toEqual(notKept);
      expect(answer.headers).toMatchObject({ "retry-after": "1" });
      expect([left.jobs, left.objects]).toEqual([[], [expect.stringMatching(/^uploads\//)]]);
      expect([again.statusCode, again.headers?.["idempotency-replayed"]]).toEqual([202, undefined]);
      expect((await keptIn(pipeline.aws)).objects).toEqual([expect.stringMatching(/^jobs\/.*\/document$/)]);
      expect(JSON.stringify(pipeline.logLines)).not.toContain("secret");
    }
  },
);

test.each(kept)(
  "$way: $call that fails $when it is made leaves an accepted job, the same one for a repeat",
  async ({ at, when, headers }) => {
    const { pipeline, uploadId, fault } = await withFault(at, when);

    const answer = await postUpload(pipeline, uploadId, headers);
    fault.isOn = false;
    const again = await postUpload(pipeline, uploadId, headers);
    await pipeline.aws.clock.advance(60_000);
    await pipeline.sweep();
    for (const key of pipeline.started) await pipeline.execute(key);

    expect([answer.statusCode, again.statusCode, again.headers?.["idempotency-replayed"]]).toEqual([202, 202, "true"]);
    expect(bodyOf(again)["jobId"]).toBe(bodyOf(answer)["jobId"]);
    const { jobs, objects } = await keptIn(pipeline.aws);
    expect(jobs.filter(({ status }) => status !== undefined)).toMatchObject([{ status: "DONE", uploadId }]);
    expect(objects).toEqual([expect.stringMatching(/^jobs\/.*\/document$/)]);
  },
);
