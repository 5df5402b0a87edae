import { Readable } from "node:stream";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SFNClient } from "@aws-sdk/client-sfn";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { onTestFinished } from "vitest";
import type { Account, Interceptor } from "../account/account.ts";
import { account } from "../account/part.ts";
import type { DynamoEngine, TableDeclaration } from "../dynamodb/dynamo-engine.ts";
import { dynamodb } from "../dynamodb/service.ts";
import { type CompiledPolicy, compilePolicy } from "../iam/policy.ts";
import { credentialVariables, type Principal, type Roles } from "../iam/roles.ts";
import { iam } from "../iam/service.ts";
import { lambdaApi } from "../lambda/lambda-api.ts";
import type { BucketStore } from "../s3/bucket-store.ts";
import { s3 } from "../s3/service.ts";
import type { Api, Service } from "../service.ts";
import { RunningStack, type StackOptions } from "../stack.ts";
import { stepFunctionsApi } from "../step-functions/service.ts";
import type { StepFunctionsService } from "../step-functions/step-functions-service.ts";
import { ManualClock } from "./manual-clock.ts";

export const region = "eu-central-1";
export const accountId = "123456789012";

export interface LocalAwsOptions extends Partial<Pick<StackOptions, "onFault" | "onUsage">> {
  readonly tables?: readonly TableDeclaration[];
  readonly buckets?: readonly string[];
  /** Statements by role name, beside `admin`, who may do everything. */
  readonly roles?: Readonly<Record<string, readonly object[]>>;
  readonly clock?: ManualClock;
  /** Sees each permitted call before it runs. */
  readonly before?: Interceptor;
  /** A Lambda and a Step Functions that the test answers for. */
  readonly lambda?: Parameters<typeof lambdaApi>[0];
  readonly stepFunctions?: Pick<StepFunctionsService, "call">;
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
  readonly account: Account;
  principalOf(roleName: string): Principal;
  /** The SDK's clients with the access key of this role, in process or at a URL. */
  clientsOf(roleName: string, url?: string): AwsClients;
}

const everything = [{ Effect: "Allow", Action: "*", Resource: "*" }];
const trustPolicy = JSON.stringify({
  Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } }],
});

/** DynamoDB and S3 in memory behind an account, and the SDK's clients that call it without a socket. Closed when the test ends. */
export async function createLocalAws(options: LocalAwsOptions = {}): Promise<LocalAws> {
  const { tables = [], buckets = [], clock = new ManualClock(), before, onFault = () => undefined, onUsage } = options;
  const location = { region, accountId, apiUrl: "http://127.0.0.1" };
  const stack = new RunningStack({ clock, onFault, onUsage }, location, { deploy: () => undefined });
  onTestFinished(() => stack[Symbol.asyncDispose]());
  await stack.open([dynamodb, s3, ...standIns(options)]);
  const parts = [stack.use(dynamodb), stack.use(s3), stack.use(iam), stack.use(account)] as const;
  const [dynamo, bucketStore, roles, access] = await Promise.all(parts);
  for (const table of tables) await dynamo.createTable(table);
  for (const bucket of buckets) await bucketStore.createBucket(bucket);
  for (const [name, statements] of Object.entries({ admin: everything, ...options.roles })) addRole(roles, name, statements);
  access.intercept(before);
  const principalOf = (roleName: string) => principalIn(roles, roleName);
  const clientsOf = (roleName: string, url?: string) =>
    createClients(principalOf(roleName), clock, url === undefined ? inProcess(access) : {}, url);
  return { clock, dynamo, bucketStore, account: access, principalOf, clientsOf, ...clientsOf("admin") };
}

function standIns({ lambda, stepFunctions }: LocalAwsOptions): Service[] {
  const standIn = (name: string, api: Api): Service => ({ name, resourceTypes: {}, open: async () => ({ instance: undefined, api }) });
  const location = { region, accountId, apiUrl: "" };
  const accept = (name: string, event: string) => void lambda?.invoke(name, event);
  return [
    ...(lambda === undefined ? [] : [standIn("lambda", lambdaApi(lambda, { accept }, location))]),
    ...(stepFunctions === undefined ? [] : [standIn("states", stepFunctionsApi(stepFunctions))]),
  ];
}

/** A role may be denied here what a program could not deny it: all statements are taken as they are. */
function addRole(roles: Roles, roleName: string, statements: readonly object[]): void {
  roles.add(roleName, trustPolicy);
  (principalIn(roles, roleName).policies as CompiledPolicy[]).push(compilePolicy({ Version: "2012-10-17", Statement: statements }));
}

function principalIn({ credentials }: Roles, roleName: string): Principal {
  const principal = [...credentials.values()].find((one) => one.roleName === roleName);
  if (principal === undefined) throw new Error(`There is no role ${roleName}.`);
  return principal;
}

function createClients(principal: Principal, clock: ManualClock, transport: object, endpoint = "http://127.0.0.1:4566"): AwsClients {
  const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } = credentialVariables(principal);
  const credentials = { accessKeyId, secretAccessKey };
  const config = { region, endpoint, credentials, maxAttempts: 1, ...transport };
  const dynamodb = new DynamoDBClient(config);
  const documents = DynamoDBDocumentClient.from(dynamodb, { marshallOptions: { removeUndefinedValues: true } });
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  const signer = new S3Client({ ...config, forcePathStyle: true, requestChecksumCalculation: "WHEN_REQUIRED" });
  const stepFunctions = new SFNClient(config);
  const all = [dynamodb, s3, signer, stepFunctions];
  signBy(clock, ...all);
  onTestFinished(() => {
    for (const client of all) client.destroy();
  });
  return { dynamodb, documents, s3, signer, stepFunctions };
}

/** Lets clients of the SDK sign by the clock of a test. */
export function signBy(clock: ManualClock, ...clients: readonly { readonly config: object }[]): void {
  for (const { config } of clients)
    Object.defineProperty(config, "systemClockOffset", { get: () => clock.now() - Date.now(), set: () => undefined });
}

interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | Readable;
}

/** The SDK's `requestHandler` that hands each request to the account. */
function inProcess(access: Account): object {
  const handle = async ({ method, path, query, headers, body }: SdkRequest) => {
    const response = await access.handle({
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
