// A child process of the local runtime: evaluates the Pulumi program under Pulumi's mocks and hands back what it declares.
// A process of its own, since a program that fails leaves dozens of rejected promises behind.
import { createHash, hash } from "node:crypto";
import { on } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire, enableCompileCache } from "node:module";
import { join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { DeclaredResource, Properties } from "../service.ts";
import { declareResource } from "./declare-resource.ts";
import type { ProgramRequest } from "./evaluate-program.ts";
import { loadLazily } from "./lazy-modules.ts";

enableCompileCache();
const loaded = loadLazily();
Error.stackTraceLimit = 0; // Pulumi records a stack trace for each value that it waits for; of an error, only the message is used
const pulumi = await importPulumi();
const { config, stack, location, isWatched } = await nextRequest();
const { program, project, values } = config;
const resources: DeclaredResource[] = [];
let refusal: unknown;

/** The project's own SDK: with another copy of it, the mocks would be set where the program does not look. */
async function importPulumi(): Promise<typeof import("@pulumi/pulumi")> {
  try {
    return await import(pathToFileURL(createRequire(join(process.cwd(), "package.json")).resolve("@pulumi/pulumi")).href);
  } catch {
    return import("@pulumi/pulumi");
  }
}

/** The program to evaluate. Until it comes, modules are loaded that are sent before it. */
async function nextRequest(): Promise<ProgramRequest> {
  for await (const [message] of on(process, "message")) {
    if (!Array.isArray(message)) return message;
    preload(message);
  }
  throw new Error("No program was sent.");
}

function preload(addresses: readonly string[]): void {
  const load = createRequire(import.meta.url); // importing a CommonJS module would read all members that it loads lazily
  for (const address of addresses) {
    try {
      load(fileURLToPath(address));
    } catch {
      // The program says what is wrong with it, if it still asks for it.
    }
  }
}

function finish(message: unknown): void {
  process.send?.(message, () => process.exit(0));
}

function fail(thrown: unknown): void {
  const error = refusal ?? thrown;
  finish({ error: error instanceof Error ? placeOf(error) + withoutPath(error.message) : String(error) });
}

/** Of a syntax error, whose message does not say where it is: Node writes it above the stack, as `<file>:<line>`. */
function placeOf({ name, stack = "" }: Error): string {
  const [, file = "", line] = (name === "SyntaxError" && /^(?:file:\/\/)?(.+):(\d+)\n/.exec(stack)) || [];
  return file === "" ? "" : `${relative(process.cwd(), file)}:${line}: `;
}

/** Pulumi puts the names of everything that waits for a value before its error. */
const withoutPath = (message: string): string => message.replace(/^(error serializing property "[^"]*": )+/, "");

/** Inputs may hold promises, secrets and archives; the manifest is plain JSON. */
async function plain(given: unknown): Promise<unknown> {
  const value = await given;
  if (pulumi.runtime.isRpcSecret(value)) return plain(pulumi.runtime.unwrapRpcSecret(value));
  if (value instanceof pulumi.asset.FileArchive) return archiveOf(resolve(await value.path));
  if (Array.isArray(value)) return Promise.all(value.map(plain));
  if (typeof value === "object" && value !== null) return plainObject(value);
  return value;
}

/** Where the program may be evaluated again, a changed content must make another resource. */
function archiveOf(archive: string): Properties {
  if (!isWatched) return { archive };
  const digest = createHash("sha256");
  const entries = readdirSync(archive, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const file of entries.map(({ parentPath, name }) => join(parentPath, name)).sort())
    digest.update(`${relative(archive, file)}\0`).update(hash("sha256", readFileSync(file)));
  return { archive, sha256: digest.digest("hex") };
}

async function plainObject(value: object): Promise<Properties> {
  const members = await Promise.all(Object.entries(value).map(async ([key, member]) => [key, await plain(member)] as const));
  return Object.fromEntries(members.filter(([, member]) => member !== undefined));
}

async function declare(type: string, name: string, inputs: Properties): Promise<{ id: string; state: Properties }> {
  if (type.startsWith("pulumi:") || type.startsWith(`${project}:`)) return { id: "", state: inputs };
  const resource = declareResource({ type, name, inputs: await plainObject(inputs) }, location);
  const twin = resources.find(({ type: otherType, id }) => otherType === type && id === resource.id);
  if (twin !== undefined) throw new Error(`The program declares ${type} "${name}" twice; here, their names must differ.`);
  resources.push(resource);
  return { id: resource.id, state: { ...resource.inputs, ...resource.outputs } };
}

function answer(token: string): Properties {
  if (token === "aws:index/getRegion:getRegion") return { region: location.region, id: location.region };
  if (token === "aws:index/getCallerIdentity:getCallerIdentity") return { accountId: location.accountId };
  throw new Error(`The program calls ${token}, for which there is no local answer.`);
}

async function remembered<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    refusal ??= error;
    throw error;
  }
}

process.on("unhandledRejection", fail);
process.on("uncaughtException", fail);
pulumi.runtime.setAllConfig({ ...values, "aws:region": location.region }, []);
// Before the program is imported: otherwise its resources go to an engine that does not exist.
await pulumi.runtime.setMocks(
  {
    newResource: ({ type, name, inputs }) => remembered(() => declare(type, name, inputs)),
    call: ({ token }) => remembered(async () => answer(token)),
  },
  project,
  stack,
  false,
);
const outputs = await pulumi.runtime.runInPulumiStack(async () => ({ ...(await import(pathToFileURL(program).href)) }));
await pulumi.runtime.disconnect(); // until then some registrations are pending
// Pulumi does not report the refusal of a resource that nothing waits for.
if (refusal === undefined) finish({ resources, outputs: await outputsOf(outputs), ...(isWatched && { modules: [...loaded] }) });
else fail(refusal);

async function outputsOf(given: Properties | undefined): Promise<Properties> {
  const resolved = Object.entries(given ?? {}).map(async ([key, value]) => [key, await promised(value)] as const);
  return Object.fromEntries(await Promise.all(resolved));
}

function promised(value: unknown): Promise<unknown> {
  return new Promise((resolve) => {
    pulumi.all({ value }).apply((known) => resolve(plain(known.value)));
  });
}
