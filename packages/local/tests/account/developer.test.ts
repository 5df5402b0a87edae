import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { DeleteObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { jobs } from "../../../../tests/support/job-table.ts";
import { clientVariables } from "../../account/developer.ts";
import { createLocalAws, type LocalAws, signBy } from "../../testing/local-aws.ts";

function clientsOf({ dynamodb, clock }: LocalAws, accessKeyId: string, secretAccessKey: string) {
  const { requestHandler } = dynamodb.config;
  const credentials = { accessKeyId, secretAccessKey };
  const config = {
    region: "us-west-2",
    endpoint: "http://127.0.0.1:4566",
    credentials,
    maxAttempts: 1,
    requestHandler,
    forcePathStyle: true,
  };
  const clients = { dynamodb: new DynamoDBClient(config), s3: new S3Client(config) };
  signBy(clock, ...Object.values(clients));
  return clients;
}

test("the well-known key may do everything, from any region", async () => {
  const aws = await createLocalAws({ tables: [jobs], buckets: ["documents"] });
  const { dynamodb, s3 } = clientsOf(aws, "local", "local");

  const { TableNames } = await dynamodb.send(new ListTablesCommand({}));
  await s3.send(new PutObjectCommand({ Bucket: "documents", Key: "a", Body: "a" }));
  await s3.send(new PutObjectCommand({ Bucket: "documents", Key: "b", Body: "b" }));
  await s3.send(new DeleteObjectCommand({ Bucket: "documents", Key: "a" }));

  expect(TableNames).toEqual(["jobs"]);
  expect(aws.bucketStore.list("documents", "").map(({ key }) => key)).toEqual(["b"]);
});

test.each([
  ["another secret", "local", "Local", "InvalidSignatureException"],
  ["another key", "Local", "local", "UnrecognizedClientException"],
  ["the role's name for a key", "developer", "local", "UnrecognizedClientException"],
])("%s is refused", async (_, accessKeyId, secretAccessKey, name) => {
  const { dynamodb } = clientsOf(await createLocalAws(), accessKeyId, secretAccessKey);

  await expect(dynamodb.send(new ListTablesCommand({}))).rejects.toMatchObject({ name });
});

test("the assignments to copy", () => {
  expect(clientVariables("us-east-1")).toBe(
    "AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1",
  );
});
