import { describe, expect, test } from "vitest";
import { AwsError } from "../../../local/aws-error.ts";
import { createLocalAws, type LocalAws, region } from "../../support/local-aws.ts";

const allowInvoke = (Resource: string | string[]) => ({ Effect: "Allow", Action: "lambda:InvokeFunction", Resource });

describe("Lambda", () => {
  const arn = "arn:aws:lambda:eu-central-1:123456789012:function:ocr";
  const invoke = async (functionNameOrArn: string, event: string) =>
    functionNameOrArn.endsWith(":2")
      ? { outcome: { errorType: "DocumentUnreadable", errorMessage: "No." }, version: "2" }
      : { outcome: { payload: `[${JSON.stringify(functionNameOrArn)},${event}]` }, version: "1" };

  /** Sends an Invoke, signed by the SDK's own signer. */
  async function sendInvoke(aws: LocalAws, roleName: string, path: string, headers: Record<string, string> = {}) {
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
      body: '{"jobId":"a"}',
    };
    const signed = await signer.sign(unsigned, { signingService: "lambda", signingRegion: region });
    const lowerCase = Object.fromEntries(Object.entries(signed.headers).map(([name, value]) => [name.toLowerCase(), value]));
    const answer = await aws.endpoint.handle({ method: "POST", url: path, headers: lowerCase, body: Buffer.from('{"jobId":"a"}') });
    return [answer.status, answer.headers["x-amz-function-error"] ?? answer.headers["x-amzn-errortype"], JSON.parse(String(answer.body))];
  }

  test("is invoked by name or ARN, with its qualifier", async () => {
    const aws = await createLocalAws({ roles: { ocr: [allowInvoke([arn, `${arn}:*`])] }, lambda: { invoke } });
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

  test("is refused without permission on the qualified ARN, for what is not simulated, and for a missing function", async () => {
    const missing = async () => {
      throw new AwsError("ResourceNotFoundException", "Function not found: ocr", 404);
    };
    const aws = await createLocalAws({ roles: { ocr: [allowInvoke(arn)] }, lambda: { invoke: missing } });
    const send = (path: string, headers = {}) => sendInvoke(aws, "ocr", `/2015-03-31/functions/ocr${path}`, headers);

    const answers = await Promise.all([
      send("/invocations?Qualifier=7"),
      send("/invocations", { "x-amz-invocation-type": "Event" }),
      send("/code"),
      send("/invocations"),
    ]);

    expect(answers).toEqual([
      [
        403,
        "AccessDeniedException",
        { Type: "User", Message: expect.stringContaining(`lambda:InvokeFunction on resource: ${arn}:7 because`) },
      ],
      [404, "UnknownOperationException", { Type: "User", Message: "The local Lambda does not simulate the invocation type Event." }],
      [
        404,
        "UnknownOperationException",
        { Type: "User", Message: "The local Lambda does not simulate POST /2015-03-31/functions/ocr/code." },
      ],
      [404, "ResourceNotFoundException", { Type: "User", Message: "Function not found: ocr" }],
    ]);
  });
});
