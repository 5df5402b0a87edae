import type { ScannedDocument } from "../document.ts";
import { StageTimedOutError, StageUnfinishedError } from "../errors.ts";
import type { LostPiece, StageInParts, StageWork } from "../stage-function.ts";
import { extractText } from "./extract-text.ts";
import { type DocumentText, joinPages } from "./join-pages.ts";
import type { PageOutcome } from "./page-source.ts";
import { type KnownPages, skipReasons } from "./read-pages.ts";
import type { ocr } from "./stage.ts";

/** A text as it is, a scanned document's text as it is read: what takes no engine at once, the other pages in parts. */
export const run: StageInParts<typeof ocr, KnownPages, PageOutcome> = {
  async plan({ document, remainingMillis }) {
    if (typeof document === "string") return extractText(document);
    const { pagesOf } = await reading();
    const { known, left } = await pagesOf(document, { remainingMillis }).readLayers();
    return left.length === 0 ? workOf(joinPages(known, new Map())) : { known, pieces: left };
  },
  async whole({ document, remainingMillis }) {
    if (typeof document === "string") return extractText(document);
    const { readDocument } = await reading();
    return workOf(await readDocument(document, { remainingMillis }));
  },
  open({ document, remainingMillis }) {
    const pages = reading().then(({ pagesOf }) => pagesOf(document as ScannedDocument, { remainingMillis }));
    return async (page) => (await pages).read(page);
  },
  join(known, outcomes) {
    const read = Array.from(outcomes, ([page, outcome]) => [page, "lost" in outcome ? skippedFor(outcome) : outcome] as const);
    return workOf(joinPages(known, new Map(read)));
  },
};

/** The engines are loaded with the first scan, so that texts do not wait for them. */
const reading = () => import("./read-document.ts");

function workOf({ text: read, ...pages }: DocumentText): StageWork<typeof ocr> {
  const { text, result } = extractText(read);
  return { text, result: { ...result, ...pages } };
}

const outOfTime: readonly string[] = [StageUnfinishedError.kind.name, StageTimedOutError.kind.name];

const skippedFor = ({ lost }: LostPiece): PageOutcome => ({ skipped: outOfTime.includes(lost) ? skipReasons.time : lost });
