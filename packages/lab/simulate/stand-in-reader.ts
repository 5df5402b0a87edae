import { htmlType, type ScannedDocument } from "../../../functions/stages/document.ts";
import { extractText } from "../../../functions/stages/ocr/extract-text.ts";
import type { PageOutcome } from "../../../functions/stages/ocr/page-source.ts";
import type { KnownPages } from "../../../functions/stages/ocr/read-pages.ts";
import type { run as ocrRun } from "../../../functions/stages/ocr/run.ts";
import type { ocr } from "../../../functions/stages/ocr/stage.ts";
import type { DocumentRequest, StageInParts } from "../../../functions/stages/stage-function.ts";

/** How long a page takes. */
export interface ReadingTime {
  readonly readPage: () => Promise<void>;
}

const header = "%PDF-1.7\n";

/** The beginning of a PDF, whose pages are texts. */
export const scanOf = (pages: readonly string[]): ScannedDocument => ({
  type: "application/pdf",
  bytes: Buffer.from(header + pages.join("\f")),
});

const pagesOf = (document: DocumentRequest["document"]): readonly string[] =>
  Buffer.from((document as ScannedDocument).bytes)
    .toString()
    .slice(header.length)
    .split("\f");

/** The stage of OCR with a reader that takes a page's text from its bytes: dividing, joining, and what is no scan, are its own. */
export function standInReader(run: typeof ocrRun, { readPage }: ReadingTime): StageInParts<typeof ocr, KnownPages, PageOutcome> {
  const read = async (text: string | undefined): Promise<PageOutcome> => {
    await readPage();
    return { text: text ?? "", confidence: 1 };
  };
  return {
    async plan(request) {
      const { document } = request;
      if (typeof document === "string" || document.type === htmlType) return run.plan(request);
      const pages = pagesOf(document);
      return { known: { pageCount: pages.length, pages: [], rest: "PageLimit" }, pieces: pages.map((_, page) => page) };
    },
    async whole({ document }) {
      const pages = pagesOf(document);
      for (const page of pages) await read(page);
      const { text, result } = extractText(pages.join("\n\n"));
      return { text, result: { ...result, pageCount: pages.length, pagesRead: pages.length } };
    },
    open: ({ document }) => {
      const pages = pagesOf(document);
      return (page) => read(pages[page]);
    },
    join: (known, outcomes) => run.join(known, outcomes),
  };
}
