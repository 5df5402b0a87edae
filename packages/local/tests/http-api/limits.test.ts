import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { readBody } from "../../http-api/limits.ts";
import { GatewayError } from "../../http-api/response.ts";
import { openSocket, sendRaw, serve } from "./serve.ts";

const tooLarge = '{"message":"Request Entity Too Large"}';

/** A server that answers with the length of the body that it could read, or with the status that refuses it. */
async function serveBodyLength(): Promise<string> {
  const server = createServer((request, response) => {
    readBody(request)
      .then((body) => response.end(String(body.length)))
      .catch((error: unknown) => response.end(error instanceof GatewayError ? String(error.status) : "failed"));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test.each([
  { bytes: 10_485_760, answer: "10485760" },
  { bytes: 10_485_761, answer: "413" },
])("a body of $bytes bytes: $answer", async ({ bytes, answer }) => {
  const url = await serveBodyLength();
  const body = new Uint8Array(bytes);

  const declared = await fetch(url, { method: "POST", body });
  const chunked = await fetch(url, { method: "POST", body: new Blob([body]).stream(), duplex: "half" });

  expect(await declared.text()).toBe(answer);
  expect(await chunked.text()).toBe(answer);
});

test("a body that is declared too large is refused before it is sent", async () => {
  const { port, events } = await serve();
  const socket = await openSocket(port);

  socket.write("POST / HTTP/1.1\r\nHost: local\r\nContent-Length: 10485761\r\n\r\n");
  const [answer] = await once(socket, "data");

  expect(String(answer)).toMatch(/^HTTP\/1.1 413 /);
  expect(String(answer)).toContain(tooLarge);
  expect(events).toEqual([]);
});

test("a body that does not end is refused once it is too large", async () => {
  const { port, events } = await serve();
  const socket = await openSocket(port);
  const chunk = `100000\r\n${"x".repeat(0x100000)}\r\n`;

  socket.write("POST / HTTP/1.1\r\nHost: local\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (let sent = 0; sent < 11; sent++) socket.write(chunk);
  const [answer] = await once(socket, "data");

  expect(String(answer)).toMatch(/^HTTP\/1.1 413 /);
  expect(String(answer)).toContain(tooLarge);
  expect(events).toEqual([]);
});

test.each([
  { how: "declared", head: "Content-Length: 10485761", body: "x".repeat(10_485_761) },
  { how: "chunked", head: "Transfer-Encoding: chunked", body: `b00000\r\n${"x".repeat(0xb00000)}\r\n0\r\n\r\n` },
])("the connection outlives a refused body that is $how", async ({ head, body }) => {
  const { port, log } = await serve();
  const socket = await openSocket(port);

  socket.write(`POST / HTTP/1.1\r\nHost: local\r\n${head}\r\n\r\n${body}`);
  await once(socket, "data");
  socket.write("GET / HTTP/1.1\r\nHost: local\r\n\r\n");
  const [answer] = await once(socket, "data");

  expect(String(answer)).toMatch(/^HTTP\/1.1 200 /);
  expect(log.map(({ status }) => status)).toEqual([413, 200]);
});

test.each([
  { bytes: 6_280_000, type: "text/plain", status: 200 },
  { bytes: 6_291_456, type: "text/plain", status: 413 },
  { bytes: 4 * 1024 * 1024, type: "image/png", status: 200 },
  { bytes: 4_718_592, type: "image/png", status: 413 }, // 6,291,456 in base64
])("$bytes bytes of $type and Lambda's 6 MB: $status", async ({ bytes, type, status }) => {
  const { url, events } = await serve();

  const response = await fetch(url, { method: "POST", body: "x".repeat(bytes), headers: { "content-type": type } });

  expect(response.status).toBe(status);
  expect(events).toHaveLength(status === 200 ? 1 : 0);
});

test.each([
  { bytes: 10_240, status: 200, body: "" },
  { bytes: 10_241, status: 431, body: '{"message":"Request Header Fields Too Large"}' },
])("a request line and header values of $bytes bytes: $status", async ({ bytes, status, body }) => {
  const { port } = await serve();
  const requestLine = "GET / HTTP/1.1"; // 14 bytes; the values "local" and "close" are ten more
  const filler = "x".repeat(bytes - 24);

  const answer = await sendRaw(port, `${requestLine}\r\nHost: local\r\nConnection: close\r\nX-Filler: ${filler}\r\n\r\n`);

  expect(answer.status).toBe(status);
  expect(answer.body).toBe(body);
});

test("the request line counts too", async () => {
  const { url } = await serve();

  const response = await fetch(`${url}/?q=${"x".repeat(10_240)}`);

  expect(response.status).toBe(431);
});

test("a head that Node itself refuses gets the same answer", async () => {
  const { port } = await serve();

  const answer = await sendRaw(port, `GET / HTTP/1.1\r\nHost: local\r\nX-Filler: ${"x".repeat(20_000)}\r\n\r\n`);

  expect(answer.status).toBe(431);
  expect(answer.body).toBe('{"message":"Request Header Fields Too Large"}');
});
