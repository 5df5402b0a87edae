import { describe, expect, test } from "vitest";
import type { PageText } from "../../../../functions/stages/ocr/page-image.ts";
import type { PageSource } from "../../../../functions/stages/ocr/page-source.ts";
import { Pages } from "../../../../functions/stages/ocr/read-pages.ts";
import { DocumentProtectedError, DocumentTooLargeError, DocumentUnreadableError } from "../../../../functions/stages/ocr/stage.ts";
import { TimeLimitError } from "../../../../functions/stages/ocr/time-limit.ts";

const mebibyte = 1024 * 1024;
const page = (text: string): PageText => ({ text, confidence: 1 });

/** A document whose layers are these texts; pages without one are read as their number. It counts how often it was opened. */
function documentOf(pageCount: number, layers: Readonly<Record<number, string>>, more: Partial<PageSource> = {}) {
  const opened = { count: 0 };
  const open = async (): Promise<PageSource> => {
    opened.count++;
    return {
      pageCount,
      readLayer: async (number) => (layers[number] === undefined ? undefined : page(layers[number])),
      readPage: async (number) => page(`page ${number}`),
      ...more,
    };
  };
  return { open, opened };
}

const patient = () => 600_000;

describe("the layers of a document", () => {
  test("are read, and the other pages are left to the engine", async () => {
    const { open, opened } = documentOf(4, { 0: "one", 2: "" });

    const found = await new Pages(open, patient).readLayers();

    expect(found).toEqual({
      known: {
        pageCount: 4,
        pages: [
          [0, page("one")],
          [2, page("")],
        ],
        rest: "PageLimit",
      },
      left: [1, 3],
    });
    expect(opened.count).toBe(1);
  });

  test("are read of any number of pages, and 200 pages are left to the engine at most", async () => {
    const { open } = documentOf(1000, { 998: "late" });

    const { known, left } = await new Pages(open, patient).readLayers();

    expect(left).toEqual(Array.from({ length: 200 }, (_, at) => at));
    expect(known.pages).toEqual([[998, page("late")]]);
  });

  test("are read until they have 1 MiB of UTF-8", async () => {
    const half = "é".repeat(mebibyte / 4);
    const { open } = documentOf(5, { 0: half, 2: half, 3: "x" });

    const { known, left } = await new Pages(open, patient).readLayers();

    expect([known.pages.map(([number]) => number), left, known.rest]).toEqual([[0, 2, 3], [1], "TextLimit"]);
  });

  test("of more pages than there is time for are left with the others, unless those are too many already", async () => {
    const without = (pageCount: number, pagesInTime: number) => {
      let asked = 0;
      return new Pages(documentOf(pageCount, {}, { readLayer: async () => void asked++ }).open, () =>
        asked < pagesInTime ? 12_000 : 5_000,
      );
    };

    const [some, most, many] = [without(1000, 150), without(5000, 150), without(1000, 300)];

    expect((await some.readLayers()).left).toHaveLength(1000);
    expect((await most.readLayers()).left).toHaveLength(2000);
    expect((await many.readLayers()).left).toHaveLength(200);
  });

  test("that there is no time for are left to the engine's time", async () => {
    let remaining = 12_000;
    const readLayer = async () => {
      remaining -= 2_000;
      return page("a layer");
    };
    const slow = documentOf(9, {}, { readLayer });

    const { known, left } = await new Pages(slow.open, () => remaining).readLayers();

    // Of 7 s that reading has, three layers take 6 s; a fourth would take up to 2.5 s.
    expect([known.pages.map(([number]) => number), left]).toEqual([
      [0, 1, 2],
      [3, 4, 5, 6, 7, 8],
    ]);
  });
});

test("a page is its layer, or what the engine reads", async () => {
  const pages = new Pages(documentOf(2, { 0: "one" }).open, patient);

  expect([await pages.read(0), await pages.read(1)]).toEqual([page("one"), page("page 1")]);
});

describe("a page that fails", () => {
  const failing = (error: Error) =>
    documentOf(3, {}, { readPage: (number) => (number === 1 ? Promise.reject(error) : Promise.resolve(page(`page ${number}`))) });

  test.each([new DocumentUnreadableError(), new DocumentTooLargeError()])(
    "by $name is left out, and the document is opened again for the next",
    async (error) => {
      const { open, opened } = failing(error);
      const pages = new Pages(open, patient);

      const found = [await pages.read(0), await pages.read(1), await pages.read(2)];

      expect(found).toEqual([page("page 0"), { skipped: error.name }, page("page 2")]);
      expect(opened.count).toBe(2);
    },
  );

  test("in its layer is left out just so", async () => {
    const { open } = documentOf(
      2,
      {},
      { readLayer: (number) => (number === 0 ? Promise.reject(new DocumentUnreadableError()) : Promise.resolve(undefined)) },
    );

    const { known, left } = await new Pages(open, patient).readLayers();

    expect([known.pages, left]).toEqual([[[0, { skipped: "DocumentUnreadable" }]], [1]]);
  });

  test("by an unknown error fails", async () => {
    await expect(new Pages(failing(new RangeError("x")).open, patient).read(1)).rejects.toThrow(RangeError);
  });

  test("by the time that a page may take is left out, while there is time for others", async () => {
    const pages = new Pages(failing(new TimeLimitError()).open, patient);

    expect([await pages.read(0), await pages.read(1), await pages.read(2)]).toEqual([
      page("page 0"),
      { skipped: "TimeLimit" },
      page("page 2"),
    ]);
  });
});

describe("time", () => {
  test("is not begun upon where a page would not end in it", async () => {
    let remaining = 49_000;
    const readPage = async () => {
      remaining -= 12_000;
      return page("slow");
    };
    const { open } = documentOf(9, {}, { readPage });
    const pages = new Pages(open, () => remaining);

    // Of 44 s three pages take 36 s; a fourth may take 15 s.
    expect([await pages.read(0), await pages.read(1), await pages.read(2)]).toEqual([page("slow"), page("slow"), page("slow")]);
    expect(await pages.read(3)).toBeUndefined();
  });

  const endless = (remainingAfter: number) => {
    let remaining = 49_000;
    const readPage = async (number: number) => {
      remaining = number === 0 ? remaining - 100 : remainingAfter;
      if (number === 0) return page("quick");
      throw new TimeLimitError();
    };
    return new Pages(documentOf(3, {}, { readPage }).open, () => remaining);
  };

  test("that ends within a page leaves the page to another attempt", async () => {
    const pages = endless(5_000);

    expect([await pages.read(0), await pages.read(1)]).toEqual([page("quick"), undefined]);
  });

  test("that one page has all for itself, and is not enough, is that page's own fault", async () => {
    expect(await endless(5_000).read(1)).toEqual({ skipped: "TimeLimit" });
  });
});

test("a document that cannot be opened again in time leaves what was read before", async () => {
  const { open } = documentOf(
    2,
    {},
    { readPage: (page) => (page === 0 ? Promise.reject(new DocumentUnreadableError()) : Promise.resolve({ text: "two", confidence: 1 })) },
  );
  let opened = 0;
  const pages = new Pages(() => (++opened === 1 ? open() : Promise.reject(new DocumentTooLargeError())), patient);

  expect(await pages.read(0)).toEqual({ skipped: "DocumentUnreadable" });
  expect(await pages.read(1)).toBeUndefined();
});

test("what is wrong with the document is no page's fault", async () => {
  const open = () => Promise.reject(new DocumentProtectedError());

  await expect(new Pages(open, patient).readLayers()).rejects.toMatchObject({ name: "DocumentProtected" });
  await expect(new Pages(open, patient).read(0)).rejects.toMatchObject({ name: "DocumentProtected" });
});
