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
const fewCharacters = 0.4;
/** No attempt is any good below this: textures are read as letters, too. */
const rubbish = 0.5;
/** Readings of the whole page beyond the first. */
const maxAttempts = 3;

interface Attempt extends Manner {
  readonly page: PageImage;
}

function readPage(engine: Engine, image: PageImage, { remainingMillis }: ReadingTime): PageText {
  const survey = surveyOf(image);
  const upright = uprightPage(engine, cleanPage(image, survey.needs), survey);
  const before = remainingMillis();
  let best = engine.read(upright);
  const took = before - remainingMillis();
  let attempts = 0;
  // An attempt may well take longer than the first reading did.
  for (const { page, ...manner } of attemptsAfter(engine, image, upright, survey, () => best)) {
    const other = engine.read(page, manner);
    if (worth(other) > worth(best) && other.confidence > rubbish) best = other;
    if (++attempts === maxAttempts || remainingMillis() < 3 * took) break;
  }
  return best;
}

/**
 * Undoes a turn that the survey proposes where a small part of the page is read better without: what stands on the page decides,
 * not the ink of its rows.
 */
function uprightPage(engine: Engine, page: PageImage, survey: Survey): PageImage {
  const { quarters } = survey.needs;
  if (quarters === 0) return page;
  const [asTurned, asItCame] = worthTurned(engine, page, survey, [0, -quarters]);
  return (asItCame?.worth ?? 0) > (asTurned?.worth ?? 0) ? turned(page, -quarters) : page;
}

/** Pixels of a part of a page that is read for trial: a dozen lines of it. */
const trialSide = 460;

/** What a dense part of a cleaned page is worth when it is read after more quarter turns. */
function worthTurned(
  engine: Engine,
  page: PageImage,
  { needs, densest }: Survey,
  turns: readonly number[],
): { quarters: number; worth: number }[] {
  const asItLay = turned(page, -needs.quarters);
  const [left, top] = [densest.x * asItLay.width - trialSide / 2, densest.y * asItLay.height - trialSide / 2];
  const part = cutOut(asItLay, Math.round(left), Math.round(top), trialSide);
  return turns.map((quarters) => ({ quarters, worth: worth(engine.read(turned(part, needs.quarters + quarters))) }));
}

/** What is worth another reading, by what is wrong with the page and what came of the readings so far. Each is prepared only when it is its turn. */
function* attemptsAfter(engine: Engine, image: PageImage, upright: PageImage, survey: Survey, best: () => PageText): Generator<Attempt> {
  const { needs, letters, direction } = survey;
  const isPartial = () => lettersIn(best()) < fewCharacters * letters;
  const isBelow = (confidence: number) => best().confidence < confidence || isPartial();
  // What has no direction and no text is a picture.
  const hasPrint = direction > clearDirection && letters >= minLetters;
  if (isPartial() && hasPrint && letters < manyLetters) yield { page: upright, layout: "sparse" };
  if (isBelow(poor) && (hasPrint || lettersIn(best()) > minLetters)) {
    const [asRead, ...others] = worthTurned(engine, upright, { ...survey, needs: { ...needs, quarters: 0 } }, [0, 2, 1, 3]);
    const other = others.reduce((most, one) => (one.worth > most.worth ? one : most), { quarters: 0, worth: 1.5 * (asRead?.worth ?? 0) });
    if (other.quarters !== 0) yield { page: turned(upright, other.quarters) };
  }
  if (isCleanedBy(needs) && isBelow(fair)) yield { page: cleanPage(image, asItCame(needs)) };
  if (lettersIn(best()) === 0) return;
  if ((needs.specks || needs.grain > grainy) && isBelow(convincing)) yield { page: cleanPage(filtered(image), needs) };
  if (needs.evenLight && isBelow(fair)) yield { page: upright, threshold: "Sauvola" };
}

/** Letters whose neighbours are this much more often on one side are in lines; a texture's are on either side as often. */
const clearDirection = 0.12;
/** A page of running text is not sparse, and takes long to be read as if it were. */
const manyLetters = 250;
/** Fewer are not worth a search for the side that is up. */
const minLetters = 10;
/** Grain from which a page may be read better through a median filter. */
const grainy = 6;

const filtered = (image: PageImage): PageImage => medianFiltered(medianFiltered(medianFiltered(image)));

/** What a reading is worth: few sure letters and many unsure ones are both of little use. */
function worth(reading: PageText): number {
  return reading.confidence ** 2 * lettersIn(reading);
}

const lettersIn = ({ text }: PageText): number => text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
