// A process of the benchmark: a server that only answers, or first appends the body to a file. It shows the minimum that a POST
// takes on this machine, and what the disk adds.
import { type FileHandle, open } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

const [file, mode] = process.argv.slice(2);
const handle = file === undefined ? undefined : await open(file, "a");

async function keep(request: IncomingMessage): Promise<void> {
  const body = await text(request);
  if (handle === undefined) return;
  await append(handle, `${body}\n`);
}

async function append(to: FileHandle, line: string): Promise<void> {
  await to.appendFile(line);
  if (mode === "sync") await to.sync();
}

const server = createServer((request, response) => {
  keep(request).then(
    () => response.writeHead(202, { "content-type": "application/json" }).end('{"status":"PENDING"}'),
    () => response.destroy(),
  );
});
server.listen(0, "127.0.0.1", () => process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
process.on("disconnect", () => process.exit(0));
