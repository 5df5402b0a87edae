import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { documentFrom, WrongCallError } from "../../../scripts/job/document.ts";

const input = (...chunks: string[]) =>
  (async function* () {
    yield* chunks.map((chunk) => Buffer.from(chunk, "latin1"));
  })();

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "job-document-"));
});
afterAll(() => rm(folder, { recursive: true }));

test.each([
  ["some text"],
  ["I read report.pdf today and the file was empty.pdf"],
  ["Version 2.0"],
  [""],
  ["a\0b"],
  ["word ".repeat(20_000)],
])("%.40s is a text", async (text) => {
  const document = await documentFrom(text, folder, input());

  expect(document).toEqual({ contentType: "application/json", body: JSON.stringify({ text }) });
});

test("- is standard input, byte for byte", async () => {
  const document = await documentFrom("-", folder, input("caf\xc3", "\xa9\n"));

  expect(document.contentType).toBe("text/plain; charset=utf-8");
  expect(Buffer.from(document.body).toString()).toBe("café\n");
});

test.each([
  ["note.txt", "text/plain; charset=utf-8"],
  ["page.html", "text/html; charset=utf-8"],
  ["scan.png", "image/png"],
  ["scan.jpg", "image/jpeg"],
  ["scan.jpeg", "image/jpeg"],
  ["my report.PDF", "application/pdf"],
])("%s is a file, sent as %s", async (name, contentType) => {
  await writeFile(join(folder, name), Buffer.from([0x89, 0xff, 0x00]));

  const relative = await documentFrom(name, folder, input());
  const absolute = await documentFrom(join(folder, name), tmpdir(), input());

  expect(relative).toEqual({ contentType, body: new Uint8Array([0x89, 0xff, 0x00]) });
  expect(absolute).toEqual(relative);
});

test.each([["missing.png"], ["C:\\scans\\missing.PNG"], ["missing/page.txt"]])("%s can only be a path", async (path) => {
  const document = documentFrom(path, folder, input());

  await expect(document).rejects.toThrow(/^There is no file .*missing/);
  await expect(document).rejects.toBeInstanceOf(WrongCallError);
});

test("a file of another type is refused, with the types that are read", async () => {
  await writeFile(join(folder, "sheet.xlsx"), "x");

  const document = documentFrom("sheet.xlsx", folder, input());

  await expect(document).rejects.toThrow("sheet.xlsx is a file, but not of a type that is read: .txt .html .htm .png .jpg .jpeg .pdf.");
});
