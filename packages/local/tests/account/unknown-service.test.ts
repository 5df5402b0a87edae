import { expect, test } from "vitest";
import { unknownService } from "../../account/unknown-service.ts";

const signed = (service: string, contentType: string) => ({
  method: "POST",
  url: "/",
  headers: {
    "content-type": contentType,
    authorization: `AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=${"0".repeat(64)}`,
  },
  body: Buffer.alloc(0),
});

test("a client that reads XML gets XML", () => {
  const { status, headers, body } = unknownService(signed("sts", "application/x-www-form-urlencoded; charset=utf-8"));

  expect([status, headers["content-type"]]).toEqual([400, "text/xml"]);
  expect(body).toBe(
    "<ErrorResponse><Error><Type>Sender</Type><Code>UnknownOperationException</Code><Message>No local service answers sts; there are DynamoDB, Lambda's Invoke, S3 and Step Functions.</Message></Error></ErrorResponse>",
  );
});

test("any other client gets JSON", () => {
  const { status, body } = unknownService(signed("sqs", "application/x-amz-json-1.0"));

  expect([status, JSON.parse(String(body))]).toEqual([
    400,
    {
      __type: "com.amazon.coral.service#UnknownOperationException",
      message: "No local service answers sqs; there are DynamoDB, Lambda's Invoke, S3 and Step Functions.",
    },
  ]);
});
