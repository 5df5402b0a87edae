import { DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";

const { BUCKET, GREETING, TABLE } = process.env;
const tables = new DynamoDBClient({});
const buckets = new S3Client({ forcePathStyle: true });

/** Counts the visits of a guest, and keeps a card of the last one. */
export async function handler({ pathParameters: { name } }) {
  const { Attributes } = await tables.send(
    new UpdateItemCommand({
      TableName: TABLE,
      Key: { name: { S: name } },
      UpdateExpression: "ADD visits :one",
      ExpressionAttributeValues: { ":one": { N: "1" } },
      ReturnValues: "ALL_NEW",
    }),
  );
  const card = `${GREETING}, ${name}! This is visit ${Attributes.visits.N}.`;
  await buckets.send(new PutObjectCommand({ Bucket: BUCKET, Key: name, Body: card }));
  return { statusCode: 200, headers: { "content-type": "text/plain" }, body: card };
}
