import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";
import { expect, onTestFinished, test } from "vitest";
import { account } from "../account/part.ts";
import { jsonProtocol } from "../aws-json.ts";
import type { Api, Service } from "../service.ts";
import { RunningStack } from "../stack.ts";
import { ManualClock } from "../testing/manual-clock.ts";

// The steps of "Add a service" in README.md, carried out.

type Boxes = Map<string, string[]>;

const lettersApi = (boxes: Boxes): Api<Record<string, unknown>> => ({
  ...jsonProtocol({ target: "Letters_20260101", namespace: "com.example.letters" }),
  permissionsOf: ({ operation, input }) => [{ action: `letters:${operation}`, resource: `arn:aws:letters:::${input["Box"]}` }],
  run: async ({ input }) => ({ Count: boxes.get(String(input["Box"]))?.push(String(input["Text"])) }),
});

const letters: Service<Boxes> = {
  name: "letters",
  resourceTypes: {
    "aws:letters/box:Box": {
      simulated: ["name"],
      computed: ({ name }) => ({ id: name }),
      start: async ({ id }, boxes) => {
        boxes.set(id, []);
        return { stop: async () => void boxes.delete(id) };
      },
    },
  },
  keeps: "letters.txt",
  open: async ({ pathOf }) => {
    const boxes: Boxes = new Map();
    const path = pathOf("letters.txt") ?? "";
    return { instance: boxes, api: lettersApi(boxes), close: () => writeFileSync(path, JSON.stringify([...boxes])) };
  },
};

function openStack(dataFolder: string, reset = false): RunningStack {
  const location = { region: "us-east-1", accountId: "000000000000", apiUrl: "http://127.0.0.1" };
  const onFault = (error: unknown) => expect.unreachable(String(error));
  return new RunningStack({ clock: new ManualClock(), dataFolder, reset, onFault }, location, { deploy: () => undefined });
}

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "data-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A call of the developer's. */
async function send(stack: RunningStack, operation: string, input: object, secretAccessKey = "local") {
  const credentials = { accessKeyId: "local", secretAccessKey };
  const signer = new SignatureV4({ service: "letters", region: "us-east-1", sha256: Sha256, credentials });
  const body = JSON.stringify(input);
  const request = { method: "POST", protocol: "http:", hostname: "127.0.0.1", path: "/", query: {}, body };
  const headersToSign = { host: "127.0.0.1", "x-amz-target": `Letters_20260101.${operation}` };
  const { headers } = await signer.sign({ ...request, headers: headersToSign }, { signingDate: new Date(stack.clock.now()) });
  const lowerCase = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const answer = await (await stack.use(account)).handle({ method: "POST", url: "/", headers: lowerCase, body: Buffer.from(body) });
  return [answer.status, JSON.parse(String(answer.body))];
}

test("a service that is opened is called by AWS clients, its resources start and stop, and it is closed with the stack", async () => {
  const folder = createFolder();
  const stack = openStack(folder);
  await stack.open([letters]);
  await stack.start({ type: "aws:letters/box:Box", name: "mine", id: "mine", inputs: {}, outputs: {} }, letters);

  const answers = [await send(stack, "Post", { Box: "mine", Text: "Hello" }), await send(stack, "Post", { Box: "mine" }, "guessed")];
  const running = new Map(await stack.use(letters));
  await stack[Symbol.asyncDispose]();

  expect(answers).toEqual([
    [200, { Count: 1 }],
    [400, expect.objectContaining({ __type: "com.amazon.coral.service#InvalidSignatureException" })],
  ]);
  expect(running).toEqual(new Map([["mine", ["Hello"]]]));
  expect(readFileSync(join(folder, "letters.txt"), "utf8")).toBe("[]"); // the box had stopped before
});

test("a reset removes what the services keep, and no other file of the folder", async () => {
  const folder = createFolder();
  for (const file of ["letters.txt", "other.txt"]) writeFileSync(join(folder, file), "[]");
  const stack = openStack(folder, true);

  await stack.open([letters]);

  expect(["letters.txt", "other.txt"].map((file) => existsSync(join(folder, file)))).toEqual([false, true]);
});

test("README.md names files that exist, and every service's folder", () => {
  const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");

  const [tree = ""] = /service\.ts {2}.*?\n```/s.exec(readme) ?? [];
  const named = [...tree.matchAll(/^(\S+)(?: (\S+\/))*/gm)].flatMap(([line]) => line.split(" ")).filter((name) => /\.ts$|\/$/.test(name));

  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((name) => !existsSync(join(import.meta.dirname, "..", name)))).toEqual([]);
});
