import { describe, expect, test } from "vitest";
import { Pace } from "../../../../functions/stages/ocr/pace.ts";
import type { PageText } from "../../../../functions/stages/ocr/page-image.ts";
import { readPages } from "../../../../functions/stages/ocr/read-pages.ts";
import { TimeLimitError } from "../../../../functions/stages/ocr/time-limit.ts";

const mebibyte = 1024 * 1024;
const patient = () => new Pace(() => 600_000);

const readLayer = async () => undefined;

function pagesOf(...texts: readonly string[]) {
  return {
    pageCount: texts.length,
    readLayer,
    readPage: async (page: number): Promise<PageText> => ({ text: texts[page] ?? "", confidence: 1 }),
  };
}

const textsOf = (pages: readonly PageText[]) => pages.map(({ text }) => text);

test("reads all pages in order, empty ones among them", async () => {
  expect(textsOf(await readPages(pagesOf("one", "", "three"), patient()))).toEqual(["one", "", "three"]);
});

test("reads twenty pages at most", async () => {
  const asked: number[] = [];
  const source = {
    ...pagesOf(),
    pageCount: 1000,
    readLayer,
    readPage: async (page: number) => ({ text: `${asked.push(page)}`, confidence: 1 }),
  };

  const pages = await readPages(source, patient());

  expect(pages).toHaveLength(20);
  expect(asked).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
});

describe("time", () => {
  /** Pages that take so long each. */
  function slowPages(pageMillis: number, remainingMillis: number) {
    let left = remainingMillis;
    const source = {
      pageCount: 9,
      readLayer,
      readPage: async () => {
        left -= pageMillis;
        return { text: "page", confidence: 1 };
      },
    };
    return { source, pace: new Pace(() => left), left: () => left };
  }

  test("stops before the page that would not end in time", async () => {
    const { source, pace, left } = slowPages(20_000, 100_000);

    const pages = await readPages(source, pace);

    // After three pages 40 s are left: 5 s of them are kept, and a fourth page may take 25 s. After four it is 20 s.
    expect(pages).toHaveLength(4);
    expect(left()).toBe(20_000);
  });

  test("gives what it has when a page is ended by the clock", async () => {
    const source = {
      pageCount: 3,
      readLayer,
      readPage: async (page: number) => (page === 1 ? Promise.reject(new TimeLimitError()) : { text: "a", confidence: 1 }),
    };

    expect(textsOf(await readPages(source, patient()))).toEqual(["a"]);
  });

  test.each([
    ["there is none for a first page", slowPages(1, 11_000)],
    [
      "the first page is ended by the clock",
      { source: { pageCount: 1, readLayer, readPage: () => Promise.reject(new TimeLimitError()) }, pace: patient() },
    ],
  ])("is an error where %s", async (_, { source, pace }) => {
    await expect(readPages(source, pace)).rejects.toMatchObject({
      name: "DocumentTooLarge",
      message: "The document takes longer to be read than there is time.",
    });
  });
});

describe("text", () => {
  test("stops before a page that would make it more than 1 MiB of UTF-8", async () => {
    const half = "é".repeat(mebibyte / 4);

    expect(await readPages(pagesOf(half, half), patient())).toHaveLength(2);
    expect(await readPages(pagesOf(half, half, "x", "y"), patient())).toHaveLength(2);
  });

  test("is an error where the first page has more", async () => {
    await expect(readPages(pagesOf("x".repeat(mebibyte + 1)), patient())).rejects.toMatchObject({
      name: "DocumentTooLarge",
      message: "The document's first page has 1048577 bytes of text; the limit is 1048576.",
    });
  });
});

test("a page's own error is the document's", async () => {
  await expect(readPages({ pageCount: 2, readLayer, readPage: () => Promise.reject(new RangeError("x")) }, patient())).rejects.toThrow(
    RangeError,
  );
});
