import { describe, expect, test } from "vitest";
import { AwsError, type AwsResponse } from "../../aws.ts";
import { createLocalAws, type LocalAws, region } from "../../testing/local-aws.ts";

const allowInvoke = (Resource: string | string[]) => ({ Effect: "Allow", Action: "lambda:InvokeFunction", Resource });

describe("Lambda", () => {
  const arn = "arn:aws:lambda:eu-central-1:123456789012:function:ocr";
  const invoke = async (functionNameOrArn: string, event: string) =>
    functionNameOrArn.endsWith(":2")
      ? { outcome: { errorType: "DocumentUnreadable", errorMessage: "No." }, version: "2" }
      : { outcome: { payload: `[${JSON.stringify(functionNameOrArn)},${event}]` }, version: "1" };

  const find = () => undefined;
  /** Of the last answer. */
  let lastHeaders: AwsResponse["headers"] = {};

  /** Sends an Invoke, signed by the SDK's own signer. */
  async function sendInvoke(aws: LocalAws, roleName: string, path: string, headers: Record<string, string> = {}, body = '{"jobId":"a"}') {
    const signer = await aws
      .clientsOf(roleName)
      .stepFunctions.config.signer({ name: "sigv4", signingName: "lambda", signingRegion: region, properties: {} });
    const [pathname = "", search] = path.split("?");
    const query = search === undefined ? {} : Object.fromEntries(new URLSearchParams(search));
    const unsigned = {
      method: "POST",
      protocol: "http:",
      hostname: "127.0.0.1",
      path: pathname,
      query,
      headers: { host: "127.0.0.1", ...headers },
      body,
    };
    const signed = await signer.sign(unsigned, { signingService: "lambda", signingRegion: region, signingDate: new Date(aws.clock.now()) });
    const lowerCase = Object.fromEntries(Object.entries(signed.headers).map(([name, value]) => [name.toLowerCase(), value]));
    const answer = await aws.account.handle({ method: "POST", url: path, headers: lowerCase, body: Buffer.from(body) });
    const text = String(answer.body);
    const error = answer.headers["x-amz-function-error"] ?? answer.headers["x-amzn-errortype"];
    lastHeaders = answer.headers;
    return [answer.status, error, text === "" ? "" : JSON.parse(text)];
  }

  test("is invoked by name or ARN, with its qualifier", async () => {
    const aws = await createLocalAws({ roles: { ocr: [allowInvoke([arn, `${arn}:*`])] }, lambda: { find, invoke } });
    const send = (name: string) => sendInvoke(aws, "ocr", `/2015-03-31/functions/${name}`);

    const answers = await Promise.all([
      send("ocr/invocations"),
      send(`${encodeURIComponent(arn)}/invocations?Qualifier=7`),
      send("ocr%3A2/invocations"),
    ]);

    expect(answers).toEqual([
      [200, undefined, ["ocr", { jobId: "a" }]],
      [200, undefined, [`${arn}:7`, { jobId: "a" }]],
      [200, "Unhandled", { errorType: "DocumentUnreadable", errorMessage: "No." }],
    ]);
  });

  test("answers with the end of its log where that is asked for", async () => {
    const invoked: (string | undefined)[] = [];
    const logging = async (_: string, __: string, input: { readonly logType?: string | undefined } = {}) => {
      invoked.push(input.logType);
      return { outcome: { payload: "1" }, version: "1", logTail: "one\ntwo é\n" };
    };
    const aws = await createLocalAws({ lambda: { find, invoke: logging } });
    const path = "/2015-03-31/functions/ocr/invocations";

    await sendInvoke(aws, "admin", path, { "x-amz-log-type": "Tail" });

    expect([invoked, Buffer.from(lastHeaders["x-amz-log-result"] ?? "", "base64").toString()]).toEqual([["Tail"], "one\ntwo é\n"]);
  });

  test("without an event gets an empty object", async () => {
    const aws = await createLocalAws({ lambda: { find, invoke } });

    expect(await sendInvoke(aws, "admin", "/2015-03-31/functions/ocr/invocations", {}, "")).toEqual([200, undefined, ["ocr", {}]]);
  });

  test("an Event is accepted and runs, a DryRun is only checked", async () => {
    const invoked: string[] = [];
    const { promise: done, resolve } = Promise.withResolvers<void>();
    const note = async (functionNameOrArn: string, event: string) => {
      invoked.push(`${functionNameOrArn} ${event}`);
      resolve();
      return { outcome: { payload: "null" }, version: "1" };
    };
    const aws = await createLocalAws({ roles: { ocr: [allowInvoke(arn)] }, lambda: { find, invoke: note } });
    const send = (type: string) => sendInvoke(aws, "ocr", "/2015-03-31/functions/ocr/invocations", { "x-amz-invocation-type": type });

    const dryRun = await send("DryRun");
    const ran = [...invoked];
    const event = await send("Event");
    await done;

    expect([dryRun, ran]).toEqual([[204, undefined, ""], []]);
    expect([event, invoked]).toEqual([[202, undefined, ""], ['ocr {"jobId":"a"}']]);
  });

  test.each(["RequestResponse", "Event", "DryRun"])(
    "a %s is refused without permission on the qualified ARN, and for a missing function",
    async (type) => {
      const missing = () => {
        throw new AwsError("ResourceNotFoundException", "Function not found: ocr", 404);
      };
      const lambda = { find: missing, invoke: async () => missing() };
      const aws = await createLocalAws({ roles: { ocr: [allowInvoke(arn)] }, lambda });
      const send = (path: string) => sendInvoke(aws, "ocr", `/2015-03-31/functions/ocr${path}`, { "x-amz-invocation-type": type });

      const [denied, absent] = await Promise.all([send("/invocations?Qualifier=7"), send("/invocations")]);

      const Message = expect.stringContaining(`lambda:InvokeFunction on resource: ${arn}:7 because`);
      expect(denied).toEqual([403, "AccessDeniedException", { Type: "User", Message }]);
      expect(absent).toEqual([404, "ResourceNotFoundException", { Type: "User", Message: "Function not found: ocr" }]);
    },
  );

  test.each([
    ["/code", {}, "POST /2015-03-31/functions/ocr/code"],
    ["/invocations?Tenant=1", {}, "the query parameter Tenant"],
    ["/invocations", { "x-amz-invocation-type": "Later" }, "the invocation type Later"],
    ["/invocations", { "x-amz-invocation-type": "toString" }, "the invocation type toString"],
    ["/invocations", { "x-amz-log-type": "All" }, "the log type All"],
    ["/invocations", { "x-amz-client-context": "e30=" }, "the header x-amz-client-context"],
  ])("%s with %j is refused by name", async (path, headers, what) => {
    const aws = await createLocalAws({ lambda: { find, invoke } });

    const answer = await sendInvoke(aws, "admin", `/2015-03-31/functions/ocr${path}`, headers);

    expect(answer).toEqual([404, "UnknownOperationException", { Type: "User", Message: `The local Lambda does not simulate ${what}.` }]);
  });

  test.each([
    ["RequestResponse", 6_291_456],
    ["Event", 1_048_576],
  ])("a %s takes an event of %d bytes and none longer, and only JSON", async (type, most) => {
    const aws = await createLocalAws({ lambda: { find, invoke: async () => ({ outcome: { payload: "1" }, version: "1" }) } });
    const send = (body: string) =>
      sendInvoke(aws, "admin", "/2015-03-31/functions/ocr/invocations", { "x-amz-invocation-type": type }, body);

    const [[taken], [tooLong, name, { Message }], [notJson, notJsonName]] = await Promise.all([
      send(`"${"a".repeat(most - 2)}"`),
      send(`"${"a".repeat(most - 1)}"`),
      send("{"),
    ]);

    expect(taken).toBeLessThan(300);
    expect([tooLong, name, Message]).toEqual([
      413,
      "RequestEntityTooLargeException",
      `Request must be smaller than ${most} bytes for the InvokeFunction operation`,
    ]);
    expect([notJson, notJsonName]).toEqual([400, "InvalidRequestContentException"]);
  });
});
