import type { Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { CreateTableCommand, type CreateTableCommandInput, DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

type CreateServer = (options: { readonly createTableMs: number }) => Server;
const dynalite: CreateServer = createRequire(import.meta.url)("dynalite");

export interface DynamoDBInMemory {
  readonly documents: DynamoDBDocumentClient;
  stop(): Promise<void>;
}

/** A DynamoDB of its own in memory with one table, ready for use, and the SDK's client for it. */
export async function startDynalite(table: CreateTableCommandInput): Promise<DynamoDBInMemory> {
  const server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const client = new DynamoDBClient({ region: "eu-central-1", endpoint: `http://127.0.0.1:${port}`, credentials });
  await client.send(new CreateTableCommand(table));
  while ((await client.send(new DescribeTableCommand({ TableName: table.TableName }))).Table?.TableStatus !== "ACTIVE");
  return { documents: DynamoDBDocumentClient.from(client), stop: () => stop(client, server) };
}

async function stop(client: DynamoDBClient, server: Server): Promise<void> {
  client.destroy();
  await new Promise((resolve) => server.close(resolve));
}
