import type { Runtime } from "@async-text-processing/local";
import { startTokenIssuer, type TokenIssuer } from "@async-text-processing/local/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isFinal, poll, request, startLocalRuntime, submit } from "../support/local-runtime.ts";
import { signedHeaders } from "../support/signed-request.ts";

const glacier = "The glacier lost ice because warm meltwater lubricated the bedrock beneath its tongue.";
const violin = "A violin maker varnishes violins of spruce and maple.";

describe("where related documents are listed", () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await startLocalRuntime({ set: ["relatedDocuments=list", "search=true"] });
  });
  afterAll(() => runtime.stop());

  const found = async (query: string) => (await request(runtime, `/search?q=${query}`)).body["documents"];

  test("a document is found once its job is done, until it is deleted", async () => {
    const done = async (text: string) => String((await poll(runtime, await submit(runtime, text), isFinal))["jobId"]);
    const [ice, wood] = [await done(glacier), await done(violin)];

    const before = [await found("melting+glaciers"), await found("Violins"), await found("trombone")];
    await request(runtime, `/jobs/${ice}`, { method: "DELETE" });
    const after = await found("glacier");

    const similarity = expect.any(Number);
    expect(before).toEqual([[{ jobId: ice, similarity }], [{ jobId: wood, similarity }], []]);
    expect(after).toEqual([]);
  });

  test("a query without words is refused; another method is answered with those that there are", async () => {
    const empty = await request(runtime, "/search");
    const put = await request(runtime, "/search", { method: "PUT" });

    expect([empty.status, empty.body["error"]]).toEqual([
      400,
      "Parameter 'q' is required and must not be empty. Send words to search for, as in /search?q=glacier+ice.",
    ]);
    expect([put.status, put.headers.get("allow")]).toEqual([405, "GET"]);
  });

  test("the description has the call", async () => {
    const { body } = await request(runtime, "/openapi.json");

    expect(body["paths"]).toHaveProperty(["/search", "get"]);
  });
});

test.each(["off", "count"])("with relatedDocuments: %s there is no such path", async (mode) => {
  const runtime = await startLocalRuntime({ set: [`relatedDocuments=${mode}`] });

  const [search, description] = [await request(runtime, "/search?q=glacier"), await request(runtime, "/openapi.json")];
  await runtime.stop();

  expect([search.status, search.body["error"]]).toEqual([404, "Route '/search' not found"]);
  expect(description.body["paths"]).not.toHaveProperty(["/search"]);
});

describe("jwt", () => {
  let runtime: Runtime;
  let issuer: TokenIssuer;
  beforeAll(async () => {
    issuer = await startTokenIssuer();
    runtime = await startLocalRuntime({
      set: ["relatedDocuments=list", "search=true", "auth=jwt", `jwtIssuer=${issuer.url}`, "jwtAudience=app"],
    });
  });
  afterAll(async () => {
    issuer.stop();
    await runtime.stop();
  });

  test("callers find their own documents only, and without a token nothing", async () => {
    const as = async (sub: string) => ({ authorization: `Bearer ${await issuer.token({ aud: "app", sub })}` });
    const [ann, bob] = [await as("ann"), await as("bob")];
    const init = { method: "POST", headers: { "content-type": "text/plain", ...ann }, body: glacier };
    const { body: job } = await request(runtime, "/jobs", init);
    const search = (headers: Record<string, string>) => request(runtime, "/search?q=glacier", { headers });

    await expect.poll(async () => (await search(ann)).body["documents"], { timeout: 60_000, interval: 50 }).toHaveLength(1);
    const [own, other, anonymous] = [await search(ann), await search(bob), await search({})];

    expect(own.body["documents"]).toMatchObject([{ jobId: job["jobId"] }]);
    expect([other.status, other.body]).toEqual([200, { documents: [] }]);
    expect(anonymous.status).toBe(401);
  });
});

test("iam: whoever signs the query finds their own documents", async () => {
  const runtime = await startLocalRuntime({ set: ["relatedDocuments=list", "search=true", "auth=iam"] });

  const headers = await signedHeaders({ url: `${runtime.apiUrl}/search`, query: { q: "glacier ice" } });
  const signed = await request(runtime, "/search?q=glacier%20ice", { headers });
  const unsigned = await request(runtime, "/search?q=glacier");
  await runtime.stop();

  expect([signed.status, signed.body, unsigned.status]).toEqual([200, { documents: [] }, 403]);
});
