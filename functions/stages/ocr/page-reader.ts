import { asItCame, cleanPage, isCleanedBy } from "./clean-up/clean-page.ts";
import { medianFiltered } from "./clean-up/grain.ts";
import { type Survey, surveyOf } from "./clean-up/survey.ts";
import { cutOut, turned } from "./clean-up/turn.ts";
import { type Engine, type Manner, openEngine } from "./engine.ts";
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
const fair = 0.8;
const poor = 0.6;
/** Characters for each letter that was counted on the page: with fewer, the engine has passed over a part of it. */
const fewCharacters = 0.65;
/** No attempt is better for its length below this: textures are read as letters, too. */
const rubbish = 0.5;
/** Readings of the whole page beyond the first. */
const maxAttempts = 3;

interface Attempt extends Manner {
  readonly page: PageImage;
}

function readPage(engine: Engine, image: PageImage, { remainingMillis }: ReadingTime): PageText {
  const { survey, page } = uprightPage(engine, image);
  const before = remainingMillis();
  let best = engine.read(page);
  const took = before - remainingMillis();
  const attempts = attemptsAfter(engine, image, page, survey, () => best);
  // An attempt may well take longer than the first reading did.
  for (let count = 0; count < maxAttempts && remainingMillis() >= 3 * took; count++) {
    const { value: attempt } = attempts.next();
    if (attempt === undefined) break;
    const other = engine.read(attempt.page, attempt);
    if (worth(other) > worth(best) && other.confidence > Math.min(rubbish, best.confidence)) best = other;
  }
  // What has no direction and is read as rubbish is a picture.
  return survey.direction <= clearDirection && best.confidence < rubbish ? { ...best, text: "" } : best;
}

/**
 * The page as its survey asks for it, without a turn unless a small part of it is read clearly better with it: what stands on the
 * page decides, not the ink of its rows.
 */
function uprightPage(engine: Engine, image: PageImage): { survey: Survey; page: PageImage } {
  const survey = surveyOf(image);
  const page = cleanPage(image, survey.needs);
  const { quarters } = survey.needs;
  if (quarters === 0) return { survey, page };
  const [asTurned = 0, asItLay = 0] = worthTurned(engine, page, survey, [0, -quarters]);
  if (asTurned >= clearlyBetter * asItLay) return { survey, page };
  return { survey: { ...survey, needs: { ...survey.needs, quarters: 0 } }, page: turned(page, -quarters) };
}

/** Pixels of a part of a page that is read for trial: a dozen lines of it. */
const trialSide = 460;

/** The worth of the densest part of a cleaned page, read after each of so many more quarter turns. */
function worthTurned(engine: Engine, page: PageImage, { needs, densest }: Survey, turns: readonly number[]): number[] {
  const asItLay = turned(page, -needs.quarters);
  const [left, top] = [densest.x * asItLay.width - trialSide / 2, densest.y * asItLay.height - trialSide / 2];
  const part = cutOut(asItLay, Math.round(left), Math.round(top), trialSide);
  return turns.map((quarters) => worth(engine.read(turned(part, needs.quarters + quarters))));
}

/** Another way up is worth a reading of the whole page only where it is clearly better. */
const clearlyBetter = 1.5;

/** Further readings that are worth their time, by the page's faults and the readings so far. Each is prepared only when it is its turn. */
function* attemptsAfter(engine: Engine, image: PageImage, page: PageImage, survey: Survey, best: () => PageText): Generator<Attempt, void> {
  const { needs, letters, direction } = survey;
  const isPartial = () => lettersIn(best()) < fewCharacters * letters;
  const isBelow = (confidence: number) => best().confidence < confidence || isPartial();
  const hasPrint = direction > clearDirection && letters >= minLetters;
  if (isPartial() && hasPrint && letters < manyLetters) yield { page, layout: "sparse" };
  if (isBelow(poor) && (hasPrint || lettersIn(best()) > minLetters)) {
    const worths = worthTurned(engine, page, survey, [0, 1, 2, 3]);
    const most = Math.max(...worths);
    if (most > clearlyBetter * (worths[0] ?? 0)) yield { page: turned(page, worths.indexOf(most)) };
  }
  if (isCleanedBy(needs) && isBelow(fair)) yield { page: cleanPage(image, asItCame(needs, image)) };
  if (lettersIn(best()) === 0) return;
  if ((needs.specks || needs.grain > grainy) && isBelow(convincing)) yield { page: cleanPage(filtered(image), needs) };
  if (needs.evenLight && isBelow(fair)) yield { page, threshold: "Sauvola" };
}

/** Letters whose neighbours are this much more often on one side are in lines; a texture's are on either side as often. */
const clearDirection = 0.12;
/** A page of running text is not sparse, and takes long to be read as if it were. */
const manyLetters = 500;
/** Fewer are not worth a search for the side that is up. */
const minLetters = 10;
/** Grain from which a page may be read better through a median filter. */
const grainy = 6;

const filtered = (image: PageImage): PageImage => medianFiltered(medianFiltered(medianFiltered(image)));

/** The worth of a reading: few sure letters and many unsure ones are both of little use. */
function worth(reading: PageText): number {
  return reading.confidence ** 2 * lettersIn(reading);
}

const lettersIn = ({ text }: PageText): number => text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
