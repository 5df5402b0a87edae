import { Readable } from "node:stream";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SFNClient } from "@aws-sdk/client-sfn";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { onTestFinished } from "vitest";
import type { Principal } from "../account/services.ts";
import { DynamoEngine, type DynamoEngineOptions, type TableDeclaration } from "../dynamodb/dynamo-engine.ts";
import { compilePolicy } from "../iam/policy.ts";
import { BucketStore } from "../s3/bucket-store.ts";
import { AwsEndpoint, type AwsEndpointOptions } from "../transport/aws-endpoint.ts";
import { AwsError } from "../transport/aws-error.ts";
import { ManualClock } from "./manual-clock.ts";

export const region = "eu-central-1";
export const accountId = "123456789012";

export interface LocalAwsOptions extends Partial<Pick<AwsEndpointOptions, "before" | "lambda" | "onFault" | "stepFunctions">> {
  readonly tables?: readonly TableDeclaration[];
  readonly buckets?: readonly string[];
  /** Statements by role name. A role without an entry does not exist, but for `admin`, who may do everything. */
  readonly roles?: Readonly<Record<string, readonly object[]>>;
  readonly clock?: ManualClock;
  readonly onCall?: DynamoEngineOptions["onCall"];
}

export interface AwsClients {
  readonly dynamodb: DynamoDBClient;
  readonly documents: DynamoDBDocumentClient;
  readonly s3: S3Client;
  /** Makes presigned URLs: it adds no checksum of a body that is not there yet. */
  readonly signer: S3Client;
  readonly stepFunctions: SFNClient;
}

export interface LocalAws extends AwsClients {
  readonly clock: ManualClock;
  readonly dynamo: DynamoEngine;
  readonly bucketStore: BucketStore;
  readonly endpoint: AwsEndpoint;
  readonly principals: ReadonlyMap<string, Principal>;
  /** The SDK's clients with the access key of this role, in process or at a URL. */
  clientsOf(roleName: string, url?: string): AwsClients;
}

/** DynamoDB and S3 in memory behind the endpoint, and the SDK's clients that call it without a socket. Closed when the test ends. */
export async function createLocalAws(options: LocalAwsOptions = {}): Promise<LocalAws> {
  const { tables = [], buckets: bucketNames = [], roles, clock = new ManualClock(), onCall, ...services } = options;
  const dynamo = await DynamoEngine.open({ clock, region, accountId, ...(onCall && { onCall }) });
  onTestFinished(() => dynamo.close());
  for (const table of tables) await dynamo.createTable(table);
  const bucketStore = new BucketStore({ clock });
  for (const bucket of bucketNames) await bucketStore.createBucket(bucket);

  const everything = [{ Effect: "Allow", Action: "*", Resource: "*" }];
  const principals = new Map(
    Object.entries({ admin: everything, ...roles }).map(([name, statements]) => [keyIdOf(name), principal(name, statements)]),
  );
  const absent = { stepFunctions: { call: refuse }, lambda: { find: () => undefined, invoke: refuse } };
  const endpoint = new AwsEndpoint({
    clock,
    region,
    accountId,
    credentials: principals,
    dynamo,
    buckets: bucketStore,
    ...absent,
    ...services,
  });
  const clientsOf = (roleName: string, url?: string) => createClients(roleName, url === undefined ? inProcess(endpoint) : {}, url);
  return { clock, dynamo, bucketStore, endpoint, principals, clientsOf, ...clientsOf("admin") };
}

function principal(roleName: string, statements: readonly object[]): Principal {
  return {
    roleName,
    secretAccessKey: `secret-of-${roleName}`,
    policies: [compilePolicy({ Version: "2012-10-17", Statement: statements })],
  };
}

function keyIdOf(roleName: string): string {
  return `AKIA-${roleName}`;
}

async function refuse(): Promise<never> {
  throw new AwsError("UnknownOperationException", "This test has no such service.");
}

function createClients(roleName: string, transport: object, endpoint = "http://127.0.0.1:4566"): AwsClients {
  const credentials = { accessKeyId: keyIdOf(roleName), secretAccessKey: `secret-of-${roleName}` };
  const config = { region, endpoint, credentials, maxAttempts: 1, ...transport };
  const dynamodb = new DynamoDBClient(config);
  const documents = DynamoDBDocumentClient.from(dynamodb, { marshallOptions: { removeUndefinedValues: true } });
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  const signer = new S3Client({ ...config, forcePathStyle: true, requestChecksumCalculation: "WHEN_REQUIRED" });
  const clients = { dynamodb, documents, s3, signer, stepFunctions: new SFNClient(config) };
  onTestFinished(() => {
    for (const client of [clients.dynamodb, s3, signer, clients.stepFunctions]) client.destroy();
  });
  return clients;
}

interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | Readable;
}

/** The SDK's `requestHandler` that hands each request to the endpoint's function. */
function inProcess(endpoint: AwsEndpoint): object {
  const handle = async ({ method, path, query, headers, body }: SdkRequest) => {
    const response = await endpoint.handle({
      method,
      url: path + searchOf(query),
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
      body: await bytesOf(body),
    });
    return { response: { statusCode: response.status, headers: response.headers, body: Readable.from([Buffer.from(response.body)]) } };
  };
  return {
    requestHandler: {
      metadata: { handlerProtocol: "http/1.1" },
      handle,
      updateHttpClientConfig() {},
      httpHandlerConfigs: () => ({}),
      destroy() {},
    },
  };
}

function searchOf(query: SdkRequest["query"] = {}): string {
  const pairs = Object.entries(query).flatMap(([name, value]) => [value].flat().map((one) => [name, one ?? ""]));
  return pairs.length === 0 ? "" : `?${pairs.map((pair) => pair.map(encode).join("=")).join("&")}`;
}

function encode(text = ""): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

async function bytesOf(body: SdkRequest["body"] = ""): Promise<Buffer> {
  if (typeof body === "string") return Buffer.from(body);
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
