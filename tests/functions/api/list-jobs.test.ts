import { beforeEach, describe, expect, test } from "vitest";
import { createHttpHandler } from "../../../functions/api/http.ts";
import { listJobsRoute } from "../../../functions/api/list-jobs.ts";
import { JobList } from "../../../functions/jobs/job-list.ts";
import { about, problem } from "../../support/answers.ts";
import { httpEvent } from "../../support/http-event.ts";
import { createPipeline, type Pipeline } from "../../support/pipeline.ts";

/** Callers of every kind, who are owners of their own jobs alone. */
const callers = {
  ann: { jwt: { claims: { iss: "https://a.example", sub: "ann" }, scopes: null } },
  "another issuer's ann": { jwt: { claims: { iss: "https://b.example", sub: "ann" }, scopes: null } },
  "a role": { iam: { userId: "AROAEXAMPLE:monday" } },
  "a federated user": { iam: { userId: "123456789012:ann" } },
  "another federated user": { iam: { userId: "123456789012:bob" } },
  "the root user": { iam: { userId: "123456789012" } },
};
type Caller = keyof typeof callers;
const as = (authorizer?: object) => ({ requestContext: { requestId: "r", http: { method: "GET" }, authorizer } as never });

let pipeline: Pipeline;
let list: (
  caller: Caller,
  parameters?: Record<string, string>,
) => Promise<{ status: number | undefined; body: { jobs: { jobId: string }[]; cursor?: string } }>;
beforeEach(async () => {
  pipeline = await createPipeline();
  const handler = createHttpHandler(
    listJobsRoute(new JobList(pipeline.aws.documents, "jobs", () => Math.floor(pipeline.aws.clock.now() / 1000))),
    console,
  );
  list = async (caller, queryStringParameters) => {
    const { statusCode, body } = await handler(
      httpEvent({ ...as(callers[caller]), ...(queryStringParameters && { queryStringParameters }) }),
    );
    return { status: statusCode, body: JSON.parse(String(body)) };
  };
});

async function submit(caller: Caller, text = "good work", key?: string): Promise<string> {
  const headers = { "content-type": "application/json", ...(key && { "idempotency-key": key }) };
  const { body } = await pipeline.request("create", { ...as(callers[caller]), headers, body: JSON.stringify({ text }) });
  return JSON.parse(String(body)).jobId;
}
const remove = (caller: Caller, jobId: string) => pipeline.request("delete", { ...about(jobId), ...as(callers[caller]) });
const idsOf = async (caller: Caller, parameters?: Record<string, string>) =>
  (await list(caller, parameters)).body.jobs.map(({ jobId }) => jobId);

test("callers of every kind list their own jobs, the newest first, and nobody else's", async () => {
  const names = Object.keys(callers) as Caller[];
  const own = new Map<Caller, string[]>(names.map((name) => [name, []]));
  for (const name of [...names, ...names.toReversed()]) own.get(name)?.unshift(await submit(name));

  for (const name of names) expect([name, await idsOf(name)]).toEqual([name, own.get(name)]);
});

test("a job is listed as GET answers it, without its text, from its creation to its deletion", async () => {
  const text = "Glacier meltwater lubricates bedrock";
  const jobId = await submit("ann", text);
  const pending = await list("ann");
  await pipeline.execute(pipeline.started.at(-1) ?? { jobId: "", generation: "" });
  const done = await list("ann");
  const { text: itsText, ...record } = JSON.parse(String((await pipeline.request("get", { ...about(jobId), ...as(callers.ann) })).body));
  await remove("ann", jobId);

  expect(pending).toMatchObject({ status: 200, body: { jobs: [{ jobId, status: "PENDING", result: {} }] } });
  expect([itsText, done.body]).toEqual([text, { jobs: [record] }]);
  expect((await list("ann")).body).toEqual({ jobs: [] });
});

test("a job that is created again under its key after a deletion is listed once, as the newest", async () => {
  const key = "the key of a job that comes again";
  const jobId = await submit("ann", "good work", key);
  const other = await submit("ann");
  await remove("ann", jobId);

  expect(await submit("ann", "good work", key)).toBe(jobId);
  expect(await idsOf("ann")).toEqual([jobId, other]);
});

test("a cursor leads on from page to page, at a status too", async () => {
  const ids = [];
  for (let number = 0; number < 5; number++) ids.unshift(await submit("ann"));

  const first = await list("ann", { limit: "2" });
  const second = await list("ann", { limit: "2", cursor: first.body.cursor ?? "" });
  const third = await list("ann", { limit: "2", cursor: second.body.cursor ?? "", status: "PENDING" });

  expect([first, second, third].map(({ body }) => body.jobs.map(({ jobId }) => jobId))).toEqual([
    ids.slice(0, 2),
    ids.slice(2, 4),
    ids.slice(4),
  ]);
  expect(third.body).not.toHaveProperty("cursor");
  expect(await idsOf("ann", { status: "DONE" })).toEqual([]);
});

describe("is refused with a sentence that says what to do:", () => {
  const limit = "Parameter 'limit' must be a whole number from 1 to 100.";
  const status = "Parameter 'status' must be one of PENDING, IN_PROGRESS, DONE, ERROR.";

  test.each([
    [{ limit: "0" }, limit],
    [{ limit: "101" }, limit],
    [{ limit: "1e1" }, limit],
    [{ limit: "" }, limit],
    [{ limit: "5,5" }, limit],
    [{ status: "done" }, status],
    [{ status: "" }, status],
  ])("%j", async (parameters, sentence) => {
    expect(await list("ann", parameters)).toEqual({ status: 400, body: problem(400, "Bad Request", "InvalidParameter", sentence) });
  });

  test("a cursor of another caller, and one that was changed or made up, all in the same words", async () => {
    for (const caller of ["ann", "a federated user"] as const) for (let job = 0; job < 2; job++) await submit(caller);
    const { cursor = "" } = (await list("ann", { limit: "1" })).body;
    const text = Buffer.from(cursor, "base64url").toString();
    const changed = [
      `${cursor}A`,
      cursor.slice(1),
      `${cursor}=`,
      cursor.toUpperCase(),
      Buffer.from(text.replace(/^./, "f")).toString("base64url"),
    ];

    const answers = await Promise.all([
      list("a federated user", { cursor }),
      ...[...changed, "", "x", "💥", "A".repeat(4_000), Buffer.from("0".repeat(48)).toString("base64url")].map((one) =>
        list("ann", { cursor: one }),
      ),
    ]);

    const sentence =
      "Parameter 'cursor' is not one that you were given. Send the cursor of the last answer as it is, or none to start with the newest job.";
    expect(answers).toEqual(answers.map(() => ({ status: 400, body: problem(400, "Bad Request", "InvalidCursor", sentence) })));
    expect((await list("ann", { limit: "1", cursor })).status).toBe(200);
  });
});

test("a job of a caller without an identity is in no list's index", async () => {
  const { jobId } = await pipeline.submit("good work");

  expect(await pipeline.record(jobId)).not.toHaveProperty("creationId");
});
