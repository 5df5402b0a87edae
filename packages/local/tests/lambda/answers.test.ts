import { expect, test } from "vitest";
import { ManualClock } from "../../testing/manual-clock.ts";
import { createFunction } from "./test-function.ts";

test.each([
  ["an object", "return { a: [1, 'é\\n'] };", '{"a":[1,"é\\n"]}'],
  ["nothing", "", "null"],
  ["a function, which JSON does not have", "return () => 1;", "null"],
  ["what it throws away", "return undefined;", "null"],
])("%s is answered as JSON", async (_, body, payload) => {
  const { lambda } = createFunction(`export const handler = async () => { ${body} };`);

  const outcome = await lambda.invoke("{}");

  expect(outcome).toEqual({ payload });
});

test.each([
  ["an error", "throw new RangeError('too far');", "RangeError", "too far"],
  ["an error with a name of its own", "throw Object.assign(new Error('no'), { name: 'DocumentUnreadable' });", "DocumentUnreadable", "no"],
  ["a string", "throw 'no';", "string", "no"],
  ["nothing", "throw undefined;", "undefined", "undefined"],
  ["an object", "throw { reason: 'no' };", "object", "[object Object]"],
  [
    "an error with circular content",
    "const error = new Error('round'); error.cause = error; error.self = [error]; throw error;",
    "Error",
    "round",
  ],
  [
    "an object that is no text",
    "throw Object.create(null);",
    "handled",
    "callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack",
  ],
  [
    "a circular answer",
    "const answer = {}; answer.self = answer; return answer;",
    "Runtime.JSONStringifyError",
    "Unable to stringify response body",
  ],
  ["an answer with a BigInt", "return 1n;", "Runtime.JSONStringifyError", "Unable to stringify response body"],
])("%s is reported as Lambda reports it, and the environment keeps running", async (_, body, errorType, errorMessage) => {
  const { lambda } = createFunction(
    `let calls = 0; export const handler = async (event) => { calls++; if (event.ok) return calls; ${body} };`,
  );

  const outcome = await lambda.invoke("{}");
  const next = await lambda.invoke('{"ok":true}');

  expect(outcome).toEqual({ errorType, errorMessage, ...(errorType !== "handled" && { trace: expect.any(Array) }) });
  expect(next).toEqual({ payload: "2" });
});

test("an error has the trace that it would have on Lambda, and what is no error has none", async () => {
  const { lambda } = createFunction(`const fail = ({ what }) => { throw what ? new RangeError(what) : "text"; };
export const handler = async (event) => fail(event);`);

  const [error, text] = [await lambda.invoke('{"what":"one\\ntwo"}'), await lambda.invoke("{}")];

  const trace = ["RangeError: one", "two", expect.stringMatching(/^ {4}at fail \(file:\/\/\/var\/task\/index\.mjs:1:\d+\)$/)];
  expect("trace" in error && error.trace?.slice(0, 3)).toEqual(trace);
  expect(text).toEqual({ errorType: "string", errorMessage: "text", trace: [] });
});

test("the end of a call's log is told, up to 4 KB, and none of another call", async () => {
  const { lambda } = createFunction(
    `export const handler = (count) => { for (let line = 0; line < count; line++) console.log("line " + line); };`,
  );
  const tails: string[] = [];
  const onLogTail = (text: string) => tails.push(text);

  await lambda.invoke("1000", { onLogTail });
  await lambda.invoke("2", { onLogTail });

  expect(tails.map(({ length }) => length)).toEqual([4_096, "line 0\nline 1\n".length]);
  expect(tails[0]?.endsWith("line 998\nline 999\n")).toBe(true);
});

test("an answer of 6,291,556 bytes is given, one byte more is refused, and the environment keeps running", async () => {
  const { lambda } = createFunction(
    `let calls = 0; export const handler = ({ length }) => (calls++, length ? "a".repeat(length - 2) : calls);`,
  );

  const largest = await lambda.invoke('{"length":6291556}');
  const larger = await lambda.invoke('{"length":6291557}');
  const next = await lambda.invoke("{}");

  expect("payload" in largest && largest.payload.length).toBe(6_291_556);
  expect(larger).toEqual({
    errorType: "Function.ResponseSizeTooLarge",
    errorMessage: "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
  });
  expect(next).toEqual({ payload: "3" });
});

test("an event reaches the handler as it is, however it is laid out and however long it is", async () => {
  const { lambda } = createFunction("export const handler = (event) => event;");
  const events = [
    '{\n  "text": "two\\nlines é 😀"\n}',
    "null",
    '"text"',
    JSON.stringify({ text: "é".repeat(1_000_000) }),
    `[${"\n".repeat(1_000_000)}1]`,
  ];

  const outcomes: unknown[] = [];
  for (const event of events) outcomes.push(await lambda.invoke(event));

  expect(outcomes).toEqual(events.map((event) => ({ payload: JSON.stringify(JSON.parse(event)) })));
});

test("the handler is given Lambda's context, and the runtime's time", async () => {
  const clock = new ManualClock(Date.UTC(2031, 0, 1));
  const { lambda } = createFunction(
    "export const handler = (_, context) => ({ ...context, year: new Date().getUTCFullYear(), remaining: context.getRemainingTimeInMillis() });",
    { clock, timeoutSeconds: 7 },
  );

  const outcome = await lambda.invoke("{}");
  const { awsRequestId, remaining, ...context } = JSON.parse("payload" in outcome ? outcome.payload : "{}");

  expect(context).toEqual({
    functionName: "stage",
    functionVersion: "1",
    invokedFunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:stage",
    logGroupName: "/aws/lambda/stage",
    memoryLimitInMB: "128",
    year: 2031,
  });
  expect(awsRequestId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(remaining).toBeGreaterThan(0);
  expect(remaining).toBeLessThanOrEqual(7_000);
});
