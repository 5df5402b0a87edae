import { expect, test } from "vitest";
import { unknownService } from "../../account/unknown-service.ts";

const request = (contentType: string) => ({ method: "POST", url: "/", headers: { "content-type": contentType }, body: Buffer.alloc(0) });

test("a client that reads XML gets XML", () => {
  const { status, headers, body } = unknownService(request("application/x-www-form-urlencoded; charset=utf-8"), "sts", ["dynamodb", "s3"]);

  expect([status, headers["content-type"]]).toEqual([400, "text/xml"]);
  expect(body).toBe(
    "<ErrorResponse><Error><Type>Sender</Type><Code>UnknownOperationException</Code><Message>No local service answers sts; there are dynamodb, s3.</Message></Error></ErrorResponse>",
  );
});

test("any other client gets JSON", () => {
  const { status, body } = unknownService(request("application/x-amz-json-1.0"), "sqs", ["dynamodb", "s3"]);

  expect([status, JSON.parse(String(body))]).toEqual([
    400,
    {
      __type: "com.amazon.coral.service#UnknownOperationException",
      message: "No local service answers sqs; there are dynamodb, s3.",
    },
  ]);
});
