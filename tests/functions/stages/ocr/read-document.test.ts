import { PDFDocument, rgb } from "pdf-lib";
import { PNG } from "pngjs";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { DocumentType } from "../../../../functions/stages/document.ts";
import type { PageImage, PageText } from "../../../../functions/stages/ocr/page-image.ts";
import type { PageReader } from "../../../../functions/stages/ocr/page-reader.ts";
import { readDocument } from "../../../../functions/stages/ocr/read-document.ts";

/** In place of the page reader: what the next pages are read as, and how often a reader was opened. */
const reader = vi.hoisted(() => ({ opened: 0, read: (_: PageImage): PageText => ({ text: "", confidence: 0 }) }));
vi.mock("../../../../functions/stages/ocr/page-reader.ts", () => ({
  openPageReader: async (): Promise<PageReader> => {
    reader.opened++;
    return { read: (image) => reader.read(image) };
  },
}));

const nothing = reader.read;
afterEach(() => {
  reader.read = nothing;
});

const time = { remainingMillis: () => 100_000 };
const read = (type: DocumentType, bytes: Uint8Array) => readDocument({ type, bytes }, time);
const png = PNG.sync.write(new PNG({ width: 20, height: 20, fill: true }));

/** Pages with this written on them; with none, bars like letters. */
async function pdf(...texts: readonly string[]) {
  const document = await PDFDocument.create();
  for (const text of texts) {
    const page = document.addPage();
    if (text === "")
      for (let bar = 0; bar < 40; bar++) page.drawRectangle({ x: 60 + 9 * bar, y: 400, width: 5, height: 9, color: rgb(0, 0, 0) });
    else page.drawText(text, { x: 50, y: 700 });
  }
  return document.save();
}

test("a page of a PDF whose picture is damaged is left out by name", async () => {
  const document = await PDFDocument.create();
  document.addPage().drawText("One", { x: 50, y: 700 });
  const jpeg = await document.embedJpg(Uint8Array.from(Buffer.from("ffd8ffc0000b080010001001011100ffd9", "hex")));
  document.addPage().drawImage(jpeg, { x: 0, y: 0, width: 595, height: 842 });

  expect(await read("application/pdf", await document.save())).toMatchObject({
    text: "One",
    pagesSkipped: [{ page: 2, reason: "DocumentUnreadable" }],
  });
});

test("reads an image", async () => {
  reader.read = ({ width, height }) => ({ text: `${width} × ${height}`, confidence: 0.876 });

  expect(await read("image/png", png)).toEqual({ text: "20 × 20", pageCount: 1, pagesRead: 1, confidence: 0.88 });
});

test("reads the pages of a PDF, each as it is, with an empty line between them", async () => {
  reader.read = () => ({ text: "read", confidence: 0.5 });

  const found = await read("application/pdf", await pdf("Written one", "", "Written three"));

  expect(found.text).toBe("Written one\n\nread\n\nWritten three");
  // 24 characters are written and sure, 4 are read and half sure.
  expect(found).toMatchObject({ pageCount: 3, pagesRead: 3, confidence: 0.93 });
});

test("of a document without a letter it says so", async () => {
  reader.read = () => ({ text: "~ .\n|", confidence: 0.95 });

  await expect(read("image/png", png)).rejects.toMatchObject({ name: "NoTextFound" });
});

describe("time", () => {
  test("a document that there is no time for is refused", async () => {
    const none = { remainingMillis: () => 4_000 };

    await expect(readDocument({ type: "image/png", bytes: png }, none)).rejects.toMatchObject({
      name: "DocumentTooLarge",
      message: "The document takes longer to be read than there is time.",
    });
    await expect(readDocument({ type: "application/pdf", bytes: await pdf("one") }, none)).rejects.toMatchObject({
      name: "DocumentTooLarge",
      message: "The document takes longer to be opened than there is time.",
    });
  });

  test("a reader that does not end is ended, and what was read before is the answer", async () => {
    let askedAfterFirst = 0;
    let pages = 0;
    reader.read = () => {
      if (++pages > 1) for (;;);
      return { text: "one", confidence: 1 };
    };
    // The time is found to be nearly gone once the second page has been begun.
    const remainingMillis = () => (pages > 0 && ++askedAfterFirst > 5 ? 5_200 : 100_000);

    const found = await readDocument({ type: "application/pdf", bytes: await pdf("", "", "") }, { remainingMillis });

    expect(found).toMatchObject({
      ...{ text: "one", pageCount: 3, pagesRead: 1 },
      pagesSkipped: [{ page: 2, lastPage: 3, reason: "TimeLimit" }],
    });
  });
});

describe("a reader that fails", () => {
  test("has the document to blame, and a new one is opened for the next", async () => {
    reader.read = () => ({ text: "before", confidence: 1 });
    await read("image/png", png);
    const openedBefore = reader.opened;
    reader.read = () => {
      throw new RangeError("Maximum call stack size exceeded");
    };

    await expect(read("image/png", png)).rejects.toMatchObject({ name: "DocumentUnreadable" });
    expect(reader.opened).toBe(openedBefore);
    reader.read = () => ({ text: "after", confidence: 1 });

    expect(await read("image/png", png)).toMatchObject({ text: "after" });
    expect(await read("image/png", png)).toMatchObject({ text: "after" });
    expect(reader.opened).toBe(openedBefore + 1);
  });
});

test.each([
  ["image/jpeg", png],
  ["application/pdf", png],
  ["image/png", Buffer.from("%PDF-1.7")],
  ["image/png", Buffer.alloc(0)],
] as const)("%s that is something else is unreadable", async (type, bytes) => {
  await expect(read(type, bytes)).rejects.toMatchObject({ name: "DocumentUnreadable" });
});
