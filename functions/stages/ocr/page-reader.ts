import { type CleanPage, cleanPage } from "./clean-up/clean-page.ts";
import { medianFiltered } from "./clean-up/grain.ts";
import { turned } from "./clean-up/turn.ts";
import { type Engine, openEngine, type Threshold } from "./engine.ts";
import type { PageImage, PageText } from "./page-image.ts";

/** The time that there is for a page. */
export interface ReadingTime {
  remainingMillis(): number;
}

export interface PageReader {
  /**
   * Reads a page however it lies and whatever light it was taken in.
   *
   * @returns an empty text where there is none.
   */
  read(image: PageImage, time: ReadingTime): PageText;
}

/** Loads the engine. A process keeps its reader for every page; where a reading throws, the engine is in no known state after it. */
export async function openPageReader(): Promise<PageReader> {
  const engine = await openEngine();
  return { read: (image, time) => readPage(engine, image, time) };
}

/** Print that is read well is hardly ever read with less confidence, nor rubbish with more. */
const convincing = 0.9;
const poor = 0.6;
/** A page of which it is less clear which side is up is tried both ways. */
const doubtful = 0.3;

interface Attempt {
  readonly page: PageImage;
  readonly threshold: Threshold;
}

function readPage(engine: Engine, image: PageImage, { remainingMillis }: ReadingTime): PageText {
  const clean = cleanPage(image);
  const before = remainingMillis();
  let best = engine.read(clean.page);
  const took = before - remainingMillis();
  for (const { page, threshold } of attemptsAfter(best, clean, image)) {
    // An attempt may well take longer than the first reading did.
    if (isConvincing(best) || remainingMillis() < 3 * took) break;
    const other = engine.read(page, threshold);
    if (worth(other) > worth(best)) best = other;
  }
  return best;
}

function isConvincing(reading: PageText): boolean {
  return reading.confidence >= convincing && reading.text !== "";
}

function* attemptsAfter({ confidence }: PageText, { page, upright }: CleanPage, image: PageImage): Generator<Attempt> {
  if (confidence < poor || upright < doubtful) yield { page: turned(page, 2), threshold: "Otsu" };
  yield { page: cleanPage(medianFiltered(medianFiltered(medianFiltered(image)))).page, threshold: "Otsu" };
  yield { page, threshold: "Sauvola" };
}

/** What a reading is worth: few sure letters and many unsure ones are both of little use. */
function worth({ text, confidence }: PageText): number {
  return confidence ** 2 * (text.match(/[\p{L}\p{N}]/gu)?.length ?? 0);
}
