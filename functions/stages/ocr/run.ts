import { htmlType, type ScannedDocument } from "../document.ts";
import { StageTimedOutError, StageUnfinishedError } from "../errors.ts";
import type { DocumentRequest, LostPiece, StageInParts, StageWork } from "../stage-function.ts";
import { extractText } from "./extract-text.ts";
import { type DocumentText, joinPages, type SkippedPages } from "./join-pages.ts";
import type { PageOutcome } from "./page-source.ts";
import { type KnownPages, skipReasons } from "./read-pages.ts";
import type { ocr } from "./stage.ts";

/**
 * A text as it is, the text of a page of HTML, a scanned document's text as it is read: what takes no engine at once, the other
 * pages in parts.
 */
export const run: StageInParts<typeof ocr, KnownPages, PageOutcome> = {
  async plan(request) {
    const { document, remainingMillis } = request;
    if (!isScan(document)) return readWhole(request);
    const { pagesOf } = await reading();
    const { known, left } = await pagesOf(document, { remainingMillis }).readLayers();
    return left.length === 0 ? workOf(joinPages(known, new Map())) : { known, pieces: left };
  },
  whole: readWhole,
  open({ document, remainingMillis }) {
    if (!isScan(document)) throw new Error("Only a scan has pages.");
    const pages = reading().then(({ pagesOf }) => pagesOf(document, { remainingMillis }));
    return async (page) => (await pages).read(page);
  },
  join(known, outcomes) {
    const read = Array.from(outcomes, ([page, outcome]) => [page, "lost" in outcome ? skippedFor(outcome) : outcome] as const);
    return workOf(joinPages(known, new Map(read)));
  },
};

const isScan = (document: DocumentRequest["document"]): document is ScannedDocument =>
  typeof document !== "string" && document.type !== htmlType;

async function readWhole({ document, remainingMillis }: DocumentRequest): Promise<StageWork<typeof ocr>> {
  if (typeof document === "string") return extractText(document);
  if (document.type === htmlType) return extractText((await import("./read-html.ts")).readHtml(document.bytes));
  return workOf(await (await reading()).readDocument(document, { remainingMillis }));
}

/** The engines are loaded with the first scan, so that texts do not wait for them. */
const reading = () => import("./read-document.ts");

function workOf({ text: read, pagesSkipped = [], ...pages }: DocumentText): StageWork<typeof ocr> {
  const { text, result } = extractText(read);
  const listed = firstWithin(maxListBytes(text, result.preview), pagesSkipped);
  return { text, result: { ...result, ...pages, ...(pagesSkipped.length > 0 && { pagesSkipped: listed }) } };
}

/**
 * Bytes for the list of pages that were left out, so that a record stays below 2 KB with the longest keywords: what text and
 * preview leave of their place.
 */
function maxListBytes(text: string, preview: string): number {
  const bytes = Buffer.byteLength(text);
  return 340 - Buffer.byteLength(preview) - (bytes <= 320 ? bytes : 0);
}

function firstWithin(maxBytes: number, pages: readonly SkippedPages[]): SkippedPages[] {
  const tooMany = pages.findIndex((_, at) => JSON.stringify(pages.slice(0, at + 1)).length > maxBytes);
  return pages.slice(0, tooMany === -1 ? undefined : tooMany);
}

const outOfTime: readonly string[] = [StageUnfinishedError.kind.name, StageTimedOutError.kind.name];

const skippedFor = ({ lost }: LostPiece): PageOutcome => ({ skipped: outOfTime.includes(lost) ? skipReasons.time : lost });
