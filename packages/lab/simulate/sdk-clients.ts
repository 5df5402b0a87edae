import { S3Client } from "@aws-sdk/client-s3";
import { SFNClient } from "@aws-sdk/client-sfn";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { AwsResponse } from "../../local/aws.ts";
import type { AwsCall } from "./aws-calls.ts";

type Fields = Record<string, unknown>;
type Send = (call: AwsCall) => Promise<unknown>;
interface Command {
  readonly input: object;
}

/** Milliseconds after which a call that has no answer is sent again, as `functions/services` have it. */
const timeouts = { usual: 2_500, patient: 15_000 } as const;

/** Clients that the functions take for the SDK's. They hand each call over as it is: no serialisation, no signature. */
export const sdkClients = (send: Send) => ({
  documents: clientOf(DynamoDBDocumentClient, (command) => sendDocument(command, send)),
  objects: clientOf(S3Client, (command) => sendObject(command, send, timeouts.usual)),
  patientObjects: clientOf(S3Client, (command) => sendObject(command, send, timeouts.patient)),
  stepFunctions: clientOf(SFNClient, ({ input }) => {
    const { name: target = "" } = input as { readonly name?: string };
    return send({ service: "states", operation: "StartExecution", input: input as Fields, target, timeout: timeouts.usual });
  }),
});

/** Paginators ask for the class of a client. */
function clientOf<Client>({ prototype }: { readonly prototype: Client }, send: (command: Command) => Promise<unknown>): Client {
  return Object.assign(Object.create(prototype as object), { send }) as Client;
}

const nameOf = (command: Command): string => command.constructor.name.replace(/Command$/, "");

async function sendDocument(command: Command, send: Send): Promise<unknown> {
  const name = nameOf(command);
  const operation = /^(Query|Scan)$/.test(name) ? name : `${name}Item`;
  const input = withoutUndefined(command.input) as Fields;
  return send({ service: "dynamodb", operation, input, target: targetOf(input), timeout: timeouts.usual });
}

/** As the document client is configured to leave them out. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  const copy: Fields = {};
  for (const key in value) {
    const member = (value as Fields)[key];
    if (member !== undefined) copy[key] = typeof member === "object" ? withoutUndefined(member) : member;
  }
  return copy;
}

/** The record, the partition, or the first item of a batch. */
function targetOf({ Key, Item, ExpressionAttributeValues, RequestItems }: Fields): string {
  const [requests] = Object.values((RequestItems ?? {}) as Fields);
  const first = Array.isArray(requests) ? Object.values(requests[0] as Fields)[0] : (requests as { Keys: unknown[] } | undefined)?.Keys[0];
  const one = Key ?? Item ?? (first as Fields)?.["Item"] ?? (first as Fields)?.["Key"] ?? first ?? ExpressionAttributeValues;
  return String(Object.values(one as Fields)[0]);
}

async function sendObject(command: Command, send: Send, timeout: number): Promise<Fields> {
  const operation = nameOf(command);
  const input = command.input as Fields;
  const { Bucket: bucket, Key: key = "", Prefix, Body = "" } = input as Record<string, string>;
  const xml = operation === "DeleteObjects" ? deletionOf(input) : undefined;
  const request = {
    ...{ operation, bucket, key, query: queryOf(operation, input), headers: headersOf(input) },
    body: Buffer.from((xml ?? Body) as string),
  };
  const target = Prefix ?? (key === "" ? String(xml?.length) : key);
  const answer = (await send({ service: "s3", operation, input: request, target, timeout })) as AwsResponse;
  return objectOutput(operation, answer);
}

function queryOf(operation: string, { Prefix, MaxKeys, ContinuationToken }: Fields): URLSearchParams {
  if (operation !== "ListObjectsV2") return new URLSearchParams();
  const entries = { "list-type": "2", prefix: Prefix, "max-keys": MaxKeys, "continuation-token": ContinuationToken };
  return new URLSearchParams(given(entries));
}

function headersOf({ ContentType, Range, CopySource, CopySourceIfMatch }: Fields): Record<string, string> {
  const headers = {
    "content-type": ContentType,
    range: Range,
    "x-amz-copy-source": CopySource,
    "x-amz-copy-source-if-match": CopySourceIfMatch,
  };
  return given(headers);
}

const given = (values: Fields): Record<string, string> =>
  Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])));

function deletionOf({ Delete }: Fields): string {
  const { Objects } = Delete as { readonly Objects: readonly { readonly Key: string }[] };
  return `<Delete>${Objects.map(({ Key }) => `<Object><Key>${Key}</Key></Object>`).join("")}<Quiet>true</Quiet></Delete>`;
}

function objectOutput(operation: string, { headers, body }: AwsResponse): Fields {
  const text = () => body.toString();
  if (operation === "ListObjectsV2") {
    const Contents = [...text().matchAll(/<Key>(.*?)<\/Key>/g)].map(([, Key]) => ({ Key }));
    return { Contents, KeyCount: Contents.length, NextContinuationToken: /<NextContinuationToken>(.*?)</.exec(text())?.[1] };
  }
  if (operation === "DeleteObjects") return { Errors: [...text().matchAll(/<Error>/g)] };
  const { "content-length": length, "content-type": ContentType, etag: ETag, "last-modified": modified } = headers;
  return {
    ...{ ContentType, ETag, ContentLength: Number(length), LastModified: modified && new Date(modified) },
    Body: { transformToByteArray: async () => new Uint8Array(body as Buffer), transformToString: async () => text() },
  };
}
