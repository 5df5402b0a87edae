import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { dynamodb } from "../dynamodb/service.ts";
import { lambda } from "../lambda/service.ts";
import { logs } from "../logs/service.ts";
import { s3 } from "../s3/service.ts";
import { RunningStack } from "../stack.ts";
import { ManualClock } from "../testing/manual-clock.ts";

const location = { region: "us-east-1", accountId: "000000000000", apiUrl: "http://127.0.0.1" };
const upload = (text: string) => ({ body: Buffer.from(text), headers: {}, checksums: {} });

function createFolder(): string {
  const folder = join(mkdtempSync(join(tmpdir(), "data-")), "data");
  onTestFinished(() => rmSync(join(folder, ".."), { recursive: true }));
  return folder;
}

/** Tables, buckets and logs in a folder, with what they tell the user. */
function openStack(dataFolder: string, reset = false) {
  const notices: string[] = [];
  const onNotice = (sentence: string) => notices.push(sentence);
  const onFault = (error: unknown) => notices.push(`A fault: ${error}`);
  const stack = new RunningStack({ clock: new ManualClock(), dataFolder, reset, onFault, onNotice }, location, { deploy: () => undefined });
  onTestFinished(() => stack[Symbol.asyncDispose]());
  return { stack, notices, open: () => stack.open([dynamodb, s3, logs, lambda]) };
}

/** A folder in which one run has stored an object and logged a line. @returns the path of the object's file, too. */
async function usedFolder() {
  const folder = createFolder();
  const { stack, open } = openStack(folder);
  await open();
  const buckets = await stack.use(s3);
  await buckets.createBucket("documents");
  await buckets.put("documents", "a", upload("private"));
  const groups = await stack.use(logs);
  groups.declare("/aws/lambda/ocr");
  groups.append("/aws/lambda/ocr", "a line");
  await stack[Symbol.asyncDispose]();
  const bucket = join(folder, "buckets", "documents");
  return { folder, bucket, object: join(bucket, readdirSync(bucket)[0] ?? "") };
}

test.skipIf(process.platform === "win32")("nobody else on this machine can read what is stored", async () => {
  const { folder, bucket, object } = await usedFolder();

  const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

  expect([folder, join(folder, "tables"), join(folder, "buckets"), bucket, join(folder, "logs")].map(modeOf)).toEqual(Array(5).fill("700"));
  expect([object, join(folder, "logs", "aws-lambda-ocr.log")].map(modeOf)).toEqual(["600", "600"]);
});

test("a reset removes what a run has stored, and leaves and names what it has not", async () => {
  const { folder, object } = await usedFolder();
  mkdirSync(join(folder, "logs", "mine"));
  const own = [join(folder, "notes.txt"), join(folder, "logs", "mine", "notes.txt")];
  for (const path of own) writeFileSync(path, "mine");

  const { open, notices } = openStack(folder, true);
  await open();

  expect([object, join(folder, "logs", "aws-lambda-ocr.log"), ...own].map((path) => existsSync(path))).toEqual([false, false, true, true]);
  expect(notices).toEqual([`${own[1]} is left where it is: npm start did not create it.`]);
});

test("a reset removes the copies of functions' code, and not the packages that they are linked to", async () => {
  const folder = createFolder();
  const [code, copy, packages] = [join(folder, "code"), join(folder, "code", "a".repeat(64)), join(folder, "packages")];
  for (const each of [copy, packages]) mkdirSync(each, { recursive: true });
  for (const each of [copy, packages]) writeFileSync(join(each, "index.mjs"), "");
  symlinkSync(packages, join(code, "node_modules"), "junction");

  const { open, notices } = openStack(folder, true);
  await open();

  expect([code, join(packages, "index.mjs")].map((path) => existsSync(path))).toEqual([false, true]);
  expect(notices).toEqual([]);
});

test("a file that is no object's is named and left alone", async () => {
  const { folder, bucket } = await usedFolder();
  writeFileSync(join(bucket, ".DS_Store"), "\0");

  const { stack, open, notices } = openStack(folder);
  await open();
  const buckets = await stack.use(s3);
  await buckets.createBucket("documents");

  expect(notices).toEqual([`${join(bucket, ".DS_Store")} is no object of the bucket, and is left alone.`]);
  expect((await buckets.get("documents", "a")).body.toString()).toBe("private");
});

test.each([
  ["cut off", (path: string) => writeFileSync(path, '{"key":"a","si')],
  ["of another length", (path: string) => writeFileSync(path, `${JSON.stringify({ key: "a", size: 7 })}\nprivat`)],
  ["another object's", (path: string) => writeFileSync(path, `${JSON.stringify({ key: "b", size: 1 })}\nb`)],
])("an object's file that is %s is one sentence with its name", async (_, damage) => {
  const { folder, object } = await usedFolder();
  damage(object);
  const { stack, open } = openStack(folder);
  await open();

  const opening = (await stack.use(s3)).createBucket("documents");

  await expect(opening).rejects.toThrow(
    `The object's file ${object} is damaged; put a copy in its place, or delete it: the object is lost then.`,
  );
});

test("an object whose file is removed while it runs is not just missing", async () => {
  const { folder, object } = await usedFolder();
  const { stack, open } = openStack(folder);
  await open();
  const buckets = await stack.use(s3);
  await buckets.createBucket("documents");
  rmSync(object);

  await expect(buckets.get("documents", "a")).rejects.toThrow(
    "The object a of the bucket documents is gone from the data folder: its file was removed.",
  );
});

test("tables without the file that names all others are not begun anew in silence", async () => {
  const { folder } = await usedFolder();
  rmSync(join(folder, "tables", "CURRENT"));

  await expect(openStack(folder).open()).rejects.toThrow(
    `The file ${join(folder, "tables", "CURRENT")} is missing, without which the tables cannot be read; put a copy of the folder in its place, or start with --reset.`,
  );
});

test("a reset helps where the tables cannot be opened", async () => {
  const { folder } = await usedFolder();
  rmSync(join(folder, "tables", "CURRENT"));

  await openStack(folder, true).open();

  expect(existsSync(join(folder, "tables", "CURRENT"))).toBe(true);
});

test("tables that are damaged are one sentence", async () => {
  const { folder } = await usedFolder();
  writeFileSync(join(folder, "tables", "CURRENT"), "MANIFEST-999999\n");

  await expect(openStack(folder).open()).rejects.toThrow(/^The tables in .*tables (are damaged|cannot be opened) \(.*MANIFEST-999999/);
});

test("running out of file descriptors is said once a minute, whatever could not be opened", async () => {
  const { stack, notices } = openStack(createFolder());

  for (let times = 0; times < 3; times++) stack.onFault(Object.assign(new Error("accept EMFILE"), { code: "EMFILE" }));

  expect(notices).toEqual([
    "There are no more file descriptors (EMFILE): connections and calls wait or fail until some are free; ulimit -n raises their number.",
  ]);
});
