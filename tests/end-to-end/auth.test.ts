import { type Runtime, systemClock } from "@async-text-processing/local";
import { startTokenIssuer, type TokenIssuer } from "@async-text-processing/local/testing";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { jobCommand } from "../../scripts/job/command.ts";
import { type Answer, request, startLocalRuntime } from "../support/local-runtime.ts";
import { signedHeaders } from "../support/signed-request.ts";

const text = JSON.stringify({ text: "Only its owner can read this." });
const json = { "content-type": "application/json" };

/** `npm run job`, as somebody calls it with these switches and variables. */
async function jobAs(
  { apiUrl }: Runtime,
  switches: readonly string[],
  env: NodeJS.ProcessEnv,
  what: readonly string[] = ["Only its owner can read this."],
) {
  const [printed, reported]: [string[], string[]] = [[], []];
  const code = await jobCommand([...what, "--url", apiUrl, ...switches], {
    ...{ fetch, clock: systemClock, env, project: "/", folder: "/", input: (async function* () {})() },
    print: (text) => printed.push(text),
    report: (line) => reported.push(line),
  });
  return { code, job: JSON.parse(printed[0] ?? "{}"), last: reported.at(-1) };
}

describe("jwt", () => {
  let runtime: Runtime;
  let issuer: TokenIssuer;
  beforeAll(async () => {
    issuer = await startTokenIssuer();
    runtime = await startLocalRuntime({ set: ["auth=jwt", `jwtIssuer=${issuer.url}`, "jwtAudience=app, other-app"] });
  });
  afterAll(async () => {
    issuer.stop();
    await runtime.stop();
  });

  const as = async (sub: string) => ({ authorization: `Bearer ${await issuer.token({ aud: "app", sub })}` });
  const submit = async (headers: Record<string, string>) => {
    const { status, body } = await request(runtime, "/jobs", { method: "POST", headers: { ...json, ...headers }, body: text });
    return { status, jobId: String(body["jobId"]) };
  };

  test("a job is its caller's: for all others there is no such job, to read or to delete", async () => {
    const [ann, bob] = [await as("ann"), await as("bob")];
    const { status, jobId } = await submit(ann);
    const paths = [`/jobs/${jobId}`, `/jobs/${jobId}/text`];

    const foreign = [];
    for (const path of paths) foreign.push((await request(runtime, path, { headers: bob })).status);
    const deletion = await request(runtime, `/jobs/${jobId}`, { method: "DELETE", headers: bob });
    const own = await request(runtime, `/jobs/${jobId}`, { headers: ann });

    expect([status, foreign, deletion.status, own.status]).toEqual([202, [404, 404], 204, 200]);
    expect(own.body["text"]).toBe("Only its owner can read this.");
  });

  test("two callers' equal Idempotency-Keys are two jobs, and an upload is its owner's", async () => {
    const key = { "idempotency-key": "the same key of two callers" };
    const upload = { method: "POST", body: '{"contentType":"image/png","bytes":100}' };

    const jobs = [await submit({ ...(await as("ann")), ...key }), await submit({ ...(await as("bob")), ...key })];
    const { body } = await request(runtime, "/uploads", { ...upload, headers: { ...json, ...(await as("ann")) } });
    const taken = { method: "POST", body: JSON.stringify({ uploadId: body["uploadId"] }), headers: { ...json, ...(await as("bob")) } };

    expect(new Set(jobs.map(({ jobId }) => jobId)).size).toBe(2);
    expect((await request(runtime, "/jobs", taken)).status).toBe(404);
  });

  test("callers list their own jobs page by page; another's cursor is refused, and no token gets nothing", async () => {
    const [cat, dan] = [await as("cat"), await as("dan")];
    const ids = [];
    for (let job = 0; job < 3; job++) ids.unshift((await submit(cat)).jobId);
    await submit(dan);
    const list = (query: string, headers: Record<string, string>) => request(runtime, `/jobs${query}`, { headers });
    const idsIn = ({ body }: Answer) => (body["jobs"] as { jobId: string }[]).map(({ jobId }) => jobId);

    const first = await list("?limit=2", cat);
    const cursor = `?cursor=${first.body["cursor"]}`;
    const [second, foreign, without] = [await list(cursor, cat), await list(cursor, dan), await list("", {})];
    await request(runtime, `/jobs/${ids[0]}`, { method: "DELETE", headers: cat });

    expect([idsIn(first), idsIn(second)]).toEqual([ids.slice(0, 2), ids.slice(2)]);
    expect([foreign.status, foreign.body["code"], without.status]).toEqual([400, "InvalidCursor", 401]);
    expect(idsIn(await list("", cat))).toEqual(ids.slice(1));
  });

  test("without a token nothing but the description is answered; a token must have a subject", async () => {
    const anonymous = { authorization: `Bearer ${await issuer.token({ aud: "app" })}` };

    const statuses = [
      (await request(runtime, "/jobs", { method: "POST", headers: json, body: text })).status,
      (await request(runtime, "/openapi.json")).status,
      (await submit(anonymous)).status,
    ];

    expect(statuses).toEqual([401, 200, 403]);
  });

  test("npm run job brings a token, and says what to do without one and with a wrong one", async () => {
    const token = await issuer.token({ aud: "app", sub: "ann" });

    const done = [await jobAs(runtime, ["--token", token], {}), await jobAs(runtime, [], { JOB_TOKEN: token })];
    const [without, expired] = [await jobAs(runtime, [], {}), await jobAs(runtime, ["--token", "expired"], {})];

    expect(done).toMatchObject([
      { code: 0, job: { status: "DONE" } },
      { code: 0, job: { status: "DONE" } },
    ]);
    expect([without.code, without.last]).toEqual([
      3,
      `${runtime.apiUrl} answered 401: callers need a token, by --token <token> or the variable JOB_TOKEN.`,
    ]);
    expect([expired.code, expired.last]).toEqual([
      3,
      `${runtime.apiUrl} answered 401: the token was rejected; get a new one from the API's issuer, for one of its audiences.`,
    ]);
  });
});

describe("iam", () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await startLocalRuntime({ set: ["auth=iam"] });
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });
  afterAll(() => runtime.stop());

  test("a caller that signs and may invoke the API gets its job done; a wrong key and an unsigned call are refused", async () => {
    const url = `${runtime.apiUrl}/jobs`;
    const call = { method: "POST", url, body: text };
    const post = async (headers: Record<string, string>) =>
      request(runtime, "/jobs", { method: "POST", body: text, headers: { ...json, ...headers } });

    const accepted = await post(await signedHeaders(call));
    const refused = [await post(await signedHeaders({ ...call, secretAccessKey: "wrong" })), await post({})];
    const path = `/jobs/${accepted.body["jobId"]}`;
    const read = { method: "GET", url: `${runtime.apiUrl}${path}` };
    const signedGet = async () => request(runtime, path, { headers: await signedHeaders(read) });

    expect([accepted.status, ...refused.map(({ status }) => status)]).toEqual([202, 403, 403]);
    await expect.poll(async () => (await signedGet()).body["status"], { timeout: 60_000, interval: 50 }).toBe("DONE");
  });

  test("whoever signs lists their own jobs, also with a query", async () => {
    const url = `${runtime.apiUrl}/jobs`;
    const { body } = await request(runtime, "/jobs", {
      ...{ method: "POST", body: text },
      headers: { ...json, ...(await signedHeaders({ method: "POST", url, body: text })) },
    });

    const signed = await request(runtime, "/jobs?limit=1", { headers: await signedHeaders({ url, query: { limit: "1" } }) });
    const unsigned = await request(runtime, "/jobs");

    expect([signed.status, signed.body["jobs"]]).toEqual([200, [expect.objectContaining({ jobId: body["jobId"] })]]);
    expect(unsigned.status).toBe(403);
  });

  test("npm run job -- --list signs its query, and follows the cursor", async () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
    const env = { AWS_REGION: "us-east-1" };
    const { job } = await jobAs(runtime, ["--sign"], env);

    const { code, job: newest, last } = await jobAs(runtime, ["--sign", "--json", "--limit", "1"], env, ["--list"]);

    expect([code, newest]).toMatchObject([0, { jobId: job.jobId, status: "DONE" }]);
    expect(last).toBe("There are more than 1: --limit takes a larger number.");
  });

  test("a role of the stack, which may not invoke the API, is refused", async () => {
    const [accessKeyId, principal] = [...runtime.services.iam.credentials][0] ?? [];
    const { secretAccessKey } = principal ?? { secretAccessKey: "" };

    const headers = await signedHeaders({ url: `${runtime.apiUrl}/jobs/x`, secretAccessKey, ...(accessKeyId && { accessKeyId }) });

    expect((await request(runtime, "/jobs/x", { headers })).status).toBe(403);
  });

  test.each([
    ["as the AWS clients do", "local", ["--sign"], { code: 0, job: { status: "DONE" } }],
    [
      "in vain with a wrong key, and says what is needed",
      "wrong",
      ["--sign"],
      {
        code: 3,
        last: expect.stringMatching(
          /answered 403: the signature was rejected; its signer needs execute-api:Invoke on the API, whose region has to be us-east-1\.$/,
        ),
      },
    ],
    [
      "not at all, and says what to do",
      "local",
      [],
      { code: 3, last: expect.stringMatching(/answered 403: callers sign, by --sign and with AWS credentials in the environment\.$/) },
    ],
  ])("npm run job signs %s", async (_, secret, switches, outcome) => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", secret);

    expect(await jobAs(runtime, switches, { AWS_REGION: "us-east-1" })).toMatchObject(outcome);
  });
});
