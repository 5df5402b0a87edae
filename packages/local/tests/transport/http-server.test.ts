import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, onTestFinished, test } from "vitest";
import { jobs } from "../../../../tests/support/job-table.ts";
import type { AwsRequest } from "../../aws.ts";
import { createLocalAws, type LocalAws } from "../../testing/local-aws.ts";
import { listen } from "../../transport/http-server.ts";

describe("over HTTP", () => {
  async function serve(aws: LocalAws) {
    const server = await listen(aws.account);
    onTestFinished(() => server.close());
    return server;
  }

  async function send(url: string, headers: Record<string, string>): Promise<[number | undefined, string]> {
    const sent = request(url, { method: "POST", headers });
    sent.end("{}");
    const [response] = await once(sent, "response");
    let body = "";
    for await (const chunk of response) body += chunk;
    return [response.statusCode, body];
  }

  test("the SDK's clients work as they do in process", async () => {
    const statements = [{ Effect: "Allow", Action: ["dynamodb:*", "s3:*"], NotResource: "arn:aws:dynamodb:*:*:table/postings" }];
    const aws = await createLocalAws({ tables: [jobs], buckets: ["documents"], roles: { ocr: statements } });
    const { documents, s3 } = aws.clientsOf("ocr", (await serve(aws)).url);
    const item = { jobId: "a", text: "äöü 日本 😀", bytes: new Uint8Array([0, 255]) };

    await documents.send(new PutCommand({ TableName: "jobs", Item: item }));
    await s3.send(new PutObjectCommand({ Bucket: "documents", Key: "a b+ü(1)*.txt", Body: "text" }));

    expect((await documents.send(new GetCommand({ TableName: "jobs", Key: { jobId: "a" } }))).Item).toEqual(item);
    expect(await (await s3.send(new GetObjectCommand({ Bucket: "documents", Key: "a b+ü(1)*.txt" }))).Body?.transformToString()).toBe(
      "text",
    );
    await expect(s3.send(new HeadObjectCommand({ Bucket: "documents", Key: "a b+ü(1)*.txt" }))).resolves.toMatchObject({
      ContentLength: 4,
    });
    await expect(s3.send(new HeadObjectCommand({ Bucket: "documents", Key: "absent" }))).rejects.toMatchObject({ name: "NotFound" });
    await expect(documents.send(new GetCommand({ TableName: "postings", Key: { jobId: "a" } }))).rejects.toMatchObject({
      name: "AccessDeniedException",
    });
  });

  test.each([
    ["another name", { host: "evil.example:PORT" }, 403],
    ["another port", { host: "127.0.0.1:1" }, 403],
    ["no port", { host: "localhost" }, 403],
    ["a name that begins like ours", { host: "127.0.0.1.evil.example:PORT" }, 403],
    ["another machine's address", { host: "192.168.0.7:PORT" }, 403],
    ["a name below ours", { host: "documents.localhost:PORT" }, 403],
    ["another's name that means this machine", { host: "rebound.example:PORT", origin: "http://rebound.example:PORT" }, 403],
    ["our name in upper case", { host: "LOCALHOST:PORT" }, 400],
    ["a page of a site that begins like ours", { host: "127.0.0.1:PORT", origin: "http://127.0.0.1.evil.example" }, 403],
    ["a page of another scheme", { host: "127.0.0.1:PORT", origin: "file://localhost" }, 403],
    ["a page of another site", { host: "127.0.0.1:PORT", origin: "https://evil.example" }, 403],
    ["a page without an origin", { host: "127.0.0.1:PORT", origin: "null" }, 403],
    ["a local page", { host: "localhost:PORT", origin: "http://localhost:5173" }, 400],
    ["IPv6", { host: "[::1]:PORT" }, 400],
    ["an AWS client", { host: "127.0.0.1:PORT" }, 400],
  ])("a request of %s", async (_, headers: Record<string, string>, expected) => {
    const { url } = await serve(await createLocalAws());
    const port = new URL(url).port;

    const [status, body] = await send(url, { ...headers, host: (headers["host"] ?? "").replace("PORT", port) });

    expect([status, body]).toEqual([expected, expect.stringContaining(expected === 403 ? "This endpoint" : "UnknownOperationException")]);
  });

  test("a request of HTTP 1.0, without a host", async () => {
    const { url } = await serve(await createLocalAws());
    const socket = connect(Number(new URL(url).port), "127.0.0.1");

    socket.end("POST / HTTP/1.0\r\ncontent-length: 2\r\n\r\n{}");
    const answer = await text(socket);

    expect(answer).toMatch(/^HTTP\/1\.1 403 .*This endpoint answers to 127\.0\.0\.1 and localhost only; call http:\/\/127\.0\.0\.1:\d+\./s);
  });

  test.each([
    ["with a stated length", "content-length: 12\r\n", "twelve bytes"],
    ["in chunks", "transfer-encoding: chunked\r\n", "7\r\ntwelve \r\n5\r\nbytes\r\n0\r\n\r\n"],
  ])("a body %s arrives whole", async (_, header, body) => {
    const bodies: string[] = [];
    const handle = async (request: AwsRequest) => {
      bodies.push(request.body.toString());
      return { status: 200, headers: {}, body: "" };
    };
    const server = await listen({ handle });
    onTestFinished(() => server.close());
    const { host, port } = new URL(server.url);
    const socket = connect(Number(port), "127.0.0.1");

    socket.write(`PUT / HTTP/1.1\r\nhost: ${host}\r\n${header}connection: close\r\n\r\n${body}`);
    await text(socket);

    expect(bodies).toEqual(["twelve bytes"]);
  });

  test("the chunks of a body arrive in order", async () => {
    const sent = Buffer.from(Array.from({ length: 200_000 }, (_, index) => String(index)).join());
    const bodies: Buffer[] = [];
    const handle = async (request: AwsRequest) => {
      bodies.push(request.body);
      return { status: 200, headers: {}, body: "" };
    };
    const server = await listen({ handle });
    onTestFinished(() => server.close());

    await fetch(server.url, { method: "PUT", body: sent });

    expect(bodies.map((body) => body.equals(sent))).toEqual([true]);
  });

  test("a body above 64 MiB is refused", async () => {
    const { url } = await serve(await createLocalAws());

    const answers = [Buffer.alloc(64 * 1024 * 1024 + 1), Readable.toWeb(Readable.from(Array(65).fill(Buffer.alloc(1024 * 1024))))].map(
      (body) => fetch(url, { method: "POST", body, duplex: "half" } as RequestInit),
    );

    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([413, 413]);
  });

  test("two servers do not share a port", async () => {
    const aws = await createLocalAws();
    const { url } = await serve(aws);

    await expect(listen(aws.account, Number(new URL(url).port))).rejects.toMatchObject({ code: "EADDRINUSE" });
  });
});
