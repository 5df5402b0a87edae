import { expect, test } from "vitest";
import { expectAnswer, learnIds } from "./answer.ts";

const jobId = "773ba38e-2298-4f72-beff-99ffb57c1cbc";
const real = `HTTP/1.1 200 OK\r
apigw-requestid: lP7V0LrqpGJmX5w=\r
Date: Tue, 24 Nov 2026 08:25:51 GMT\r
\r
{"jobId":"${jobId}","status":"DONE","text":"a long text","createdAt":1795508751,"topKeywords":["aws"],"confidence":0.89}`;

const accepts = (printed: string): boolean => {
  try {
    expectAnswer(real, printed);
    return true;
  } catch {
    return false;
  }
};

const head = "HTTP/1.1 200 OK\napigw-requestid: AAAAAAAAAAAAAAA=\nDate: Mon, 01 Jan 2024 00:00:00 GMT\n\n";
const body = `{"jobId":"${jobId}","status":"DONE","text":"a long text","createdAt":1709000000,"topKeywords":["aws"],"confidence":0.89}`;

test.each([
  ["another request id, date and time", head + body],
  ["other white space between the parts of JSON", head + body.replaceAll(",", ",\n  ")],
  ["the rest of a string left out", head + body.replace("a long text", "a …")],
  ["members left out", head + body.replace('"text":"a long text",', "…")],
])("takes %s", (_, printed) => {
  expect(accepts(printed)).toBe(true);
});

test.each([
  ["another status", head.replace("200 OK", "202 Accepted") + body],
  ["a header more", `Location: /\n${head}${body}`],
  ["another member", head + body.replace("status", "state")],
  ["a member less", head + body.replace(',"confidence":0.89', "")],
  ["a member more", head + body.replace("}", ',"stage":"ocr"}')],
  ["members in another order", head + body.replace(/("status":"DONE"),("text":"[^"]+")/, "$2,$1")],
  ["another keyword", head + body.replace('"aws"', '"lambda"')],
  ["another confidence", head + body.replace("0.89", "0.9")],
  ["other white space in a string", head + body.replace("a long text", "a long  text")],
  ["another job", head + body.replace(jobId, "31b7465a-4aeb-40bb-a12a-d25bfe5792f7")],
  ["members left out within a string", head + body.replace('a long text","createdAt":1709000000', "a …")],
  ["the end left out", head + body.slice(0, -1)],
  ["something after the end", `${head}${body} and more`],
])("refuses %s", (_, printed) => {
  expect(accepts(printed)).toBe(false);
});

test("the ids of an answer are learned in order, and known ones stay", () => {
  const [printed, other, known] = [
    "31b7465a-4aeb-40bb-a12a-d25bfe5792f7",
    "ca99abf9-a220-4f12-9bfa-1b0476a56ff4",
    "f47ac10b-58cc-4372-a567-0e02b2c3d479",
  ];
  const ids = new Map([[known, "real"]]);

  learnIds(ids, `${known} ${known} ${printed}`, `${jobId} ${jobId} ${other}`);

  expect([...ids]).toEqual([
    [known, "real"],
    [printed, other],
  ]);
});
