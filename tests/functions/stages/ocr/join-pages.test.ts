import { describe, expect, test } from "vitest";
import { joinPages } from "../../../../functions/stages/ocr/join-pages.ts";
import type { PageOutcome } from "../../../../functions/stages/ocr/page-source.ts";

const mebibyte = 1024 * 1024;
const page = (text: string, confidence = 1): PageOutcome => ({ text, confidence });
const skipped = (reason: string): PageOutcome => ({ skipped: reason });
const join = (...outcomes: readonly PageOutcome[]) =>
  joinPages({ pageCount: outcomes.length, pages: [], rest: "PageLimit" }, new Map(outcomes.entries()));

test("pages are joined in order, whoever has read them, with an empty line between", () => {
  const known = { pageCount: 3, pages: [[1, page("two")]], rest: "PageLimit" } as const;

  const found = joinPages(known, new Map([[2, page("three", 0.5)], [0, page("one")]])); // biome-ignore format: a table

  // 6 characters are sure, 5 half sure.
  expect(found).toEqual({ text: "one\n\ntwo\n\nthree", pageCount: 3, pagesRead: 3, confidence: 0.77 });
});

test("pages without text count as read, leave no gap and weigh nothing", () => {
  expect(join(page("one"), page(" .", 0.1), page("three"))).toEqual({ text: "one\n\nthree", pageCount: 3, pagesRead: 3, confidence: 1 });
});

describe("pages that are left out", () => {
  test("are listed with the reason, those in a row together", () => {
    const [broken, late] = [skipped("DocumentUnreadable"), skipped("TimeLimit")];

    expect(join(broken, page("two"), broken, broken, late, page("six"))).toMatchObject({
      text: "two\n\nsix",
      pagesRead: 2,
      pagesSkipped: [
        { page: 1, reason: "DocumentUnreadable" },
        { page: 3, lastPage: 4, reason: "DocumentUnreadable" },
        { page: 5, reason: "TimeLimit" },
      ],
    });
  });

  test("are those that nobody has looked at, too", () => {
    const found = joinPages({ pageCount: 300, pages: [], rest: "PageLimit" }, new Map([[0, page("one")]]));

    expect(found).toMatchObject({ pageCount: 300, pagesRead: 1, pagesSkipped: [{ page: 2, lastPage: 300, reason: "PageLimit" }] });
  });

  test("are those that would make the text more than 1 MiB of UTF-8", () => {
    const half = "é".repeat(mebibyte / 4);

    expect(join(page(half), page(half))).not.toHaveProperty("pagesSkipped");
    expect(join(page(half), page(half), page("x"))).toMatchObject({
      pagesRead: 2,
      pagesSkipped: [{ page: 3, reason: "TextLimit" }],
    });
  });
});

describe("a document without text", () => {
  const [empty, broken] = [page(" ."), skipped("DocumentUnreadable")];
  test.each([
    { pages: [empty, empty, broken], name: "NoTextFound" },
    { pages: [empty, broken, broken], name: "DocumentUnreadable" },
    { pages: [skipped("DocumentTooLarge")], name: "DocumentTooLarge" },
    { pages: [skipped("UnsupportedDocument")], name: "UnsupportedDocument" },
    { pages: [skipped("StageCrashed"), broken, skipped("StageCrashed")], name: "StageCrashed" },
    { pages: [skipped("StageThrottled")], name: "StageThrottled" },
    { pages: [skipped("StageFailed")], name: "StageFailed" },
  ])("ends with what is the matter with most of its pages: $name", ({ pages, name }) => {
    expect(() => join(...pages)).toThrow(expect.objectContaining({ name }));
  });

  test.each([
    ["TimeLimit", "The document takes longer to be read than there is time."],
    ["TextLimit", "The document's first page has more than 1048576 bytes of text, which is the limit."],
  ])("for %s is too large", (reason, message) => {
    expect(() => join(skipped(reason))).toThrow(expect.objectContaining({ name: "DocumentTooLarge", message }));
  });
});
