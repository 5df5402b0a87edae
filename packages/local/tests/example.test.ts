import { spawn } from "node:child_process";
import { once } from "node:events";
import { DynamoDBClient, type DynamoDBClientConfig, ScanCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";

const packageFolder = new URL("..", import.meta.url).pathname;

let output = "";
let stop: () => Promise<unknown>;
let apiUrl: string;
let client: Pick<S3ClientConfig & DynamoDBClientConfig, "credentials" | "endpoint" | "forcePathStyle" | "region">;
// As README.md has it, from another folder.
beforeAll(async () => {
  const args = [`${packageFolder}start.ts`, "--project", `${packageFolder}example`, "--port", "0", "--memory"];
  const started = spawn(process.execPath, args, { cwd: "/", stdio: ["ignore", "pipe", "inherit"] });
  stop = async () => {
    started.kill("SIGINT");
    return (await once(started, "exit"))[0];
  };
  await new Promise<void>((resolve) => {
    started.stdout.on("data", (chunk) => {
      output += chunk;
      if (output.includes("dynamodb scan")) resolve();
    });
  });
  const addressOf = (name: string) => new RegExp(`${name} +(http:\\S+)`).exec(output)?.[1] ?? "";
  const [api, endpoint] = [addressOf("API"), addressOf("AWS endpoint")];
  apiUrl = api;
  client = { endpoint, region: "us-east-1", forcePathStyle: true, credentials: { accessKeyId: "local", secretAccessKey: "local" } };
});
afterAll(() => stop());

test("a program of another project runs: its API, its function, its table and its bucket", async () => {
  const sign = (guest: string) => fetch(`${apiUrl}/guests/${guest}`, { method: "POST" });

  const answers = [await sign("Ada"), await sign("Ada"), await sign("Grace")];

  const texts = await Promise.all(answers.map((answer) => answer.text()));
  expect(texts).toEqual(["Welcome, Ada! This is visit 1.", "Welcome, Ada! This is visit 2.", "Welcome, Grace! This is visit 1."]);
  const { Items } = await new DynamoDBClient(client).send(new ScanCommand({ TableName: "guests-local" }));
  const { Body } = await new S3Client(client).send(new GetObjectCommand({ Bucket: "guestbook-cards", Key: "Ada" }));
  expect(Items).toContainEqual({ name: { S: "Ada" }, visits: { N: "2" } });
  expect(await Body?.transformToString()).toBe("Welcome, Ada! This is visit 2.");
});

test("the first lines say how to try it and where to look", () => {
  expect(output).toContain(`Try it:\n  curl -X POST ${apiUrl}/guests/Ada\n`);
  expect(output).toMatch(/aws --endpoint-url http:\S+ dynamodb scan --table-name guests-local\n/);
});
