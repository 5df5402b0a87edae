import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { documentsFrom, WrongCallError } from "../../../scripts/job/documents.ts";

const input = (...chunks: string[]) =>
  (async function* () {
    yield* chunks.map((chunk) => Buffer.from(chunk, "latin1"));
  })();

/** The only document that an argument means, loaded. */
async function documentFrom(argument: string, folder: string, input: AsyncIterable<Uint8Array>) {
  const [document] = await documentsFrom([argument], folder, input);
  return document?.load() ?? Promise.reject(new Error("There is no document."));
}

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
  ["fax.TIF", "image/tiff"],
  ["fax.tiff", "image/tiff"],
  ["page.webp", "image/webp"],
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

  await expect(document).rejects.toThrow(
    "sheet.xlsx is a file, but not of a type that is read: .txt .html .htm .png .jpg .jpeg .tif .tiff .webp .pdf.",
  );
});

test("a folder is its files of a type that is read, and those of the folders in it, in order", async () => {
  await mkdir(join(folder, "scans", "older"), { recursive: true });
  await mkdir(join(folder, "scans", ".hidden"));
  for (const name of ["b.png", "a.pdf", "older/c.txt", "notes.xlsx", ".hidden/d.png", ".e.png"])
    await writeFile(join(folder, "scans", name), name);

  const documents = await documentsFrom(["scans"], folder, input());

  expect(documents.map(({ name, outName }) => [name, outName])).toEqual(
    ["a.pdf", "b.png", "older/c.txt"].map((name) => [join("scans", name), join("scans", name)]),
  );
  expect(Buffer.from((await documents[2]?.load())?.body ?? "").toString()).toBe("older/c.txt");
});

test("a folder without a file of a type that is read is refused, with the types", async () => {
  await mkdir(join(folder, "empty"));

  await expect(documentsFrom(["empty"], folder, input())).rejects.toThrow(
    /^There is no file of a type that is read in .*empty: \.txt \.html \.htm \.png \.jpg \.jpeg \.tif \.tiff \.webp \.pdf\.$/,
  );
});

test("no two documents write their results under one name, and none outside of the folder for them", async () => {
  await mkdir(join(folder, "x"), { recursive: true });
  for (const name of ["x/page.png", "page.png"]) await writeFile(join(folder, name), name);

  const documents = await documentsFrom(
    ["page.png", "../page.png", join(folder, "page.png"), "one", "two", "-"],
    join(folder, "x"),
    input(),
  );

  expect(documents.map(({ outName }) => outName)).toEqual(["page.png", "page.png-2", "page.png-3", "text", "text-2", "standard-input"]);
  expect(documents.map(({ name }) => name).slice(3)).toEqual(["one", "two", "standard input"]);
});
