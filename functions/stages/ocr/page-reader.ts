import { asItCame, cleanPage, isCleanedBy, needsOfPart } from "./clean-up/clean-page.ts";
import { medianFiltered } from "./clean-up/grain.ts";
import { lettersStandingOut, type Needs, type Survey, surveyOf } from "./clean-up/survey.ts";
import { cutOut, type Rectangle, turned } from "./clean-up/turn.ts";
import { type Engine, type Manner, openEngine } from "./engine.ts";
import type { PageImage, PageText, ScannedPage } from "./page-image.ts";
import { withRowsPassedOver } from "./passed-over.ts";
import { type Reading, readingOf, textOf } from "./reading.ts";

/** The time that there is for a page. */
export interface ReadingTime {
  remainingMillis(): number;
}

export interface PageReader {
  /**
   * Reads a page however it lies and whatever light it was taken in.
   *
   * @returns an empty text where there is none, or none in the engine's script.
   */
  read(image: ScannedPage, time: ReadingTime): PageText;
}

/** Loads the engine. A process keeps its reader for every page; where a reading throws, the engine is in no known state after it. */
export async function openPageReader(): Promise<PageReader> {
  return pageReaderWith(await openEngine());
}

export function pageReaderWith(engine: Engine): PageReader {
  return { read: (image, time) => textOf(readPage(engine, image, time)) };
}

/** Print that is read well is hardly ever read with less confidence, nor rubbish with more. */
const convincing = 0.9;
const fair = 0.8;
const poor = 0.6;
/** Characters for each letter that was counted on the page: with fewer, the engine has passed over a part of it. */
const fewCharacters = 0.8;
/** Readings of the whole page beyond the first. */
const maxAttempts = 3;

/** A page as it was surveyed and cleaned. */
interface CleanedPage {
  readonly image: PageImage;
  readonly survey: Survey;
  readonly page: PageImage;
  /** Its densest part, read once. */
  readonly part: () => Reading;
}

function cleanedPage(engine: Engine, image: PageImage, survey: Survey, page = cleanPage(image, survey.needs)): CleanedPage {
  let part: Reading | undefined;
  const cleaned: CleanedPage = {
    ...{ image, survey, page },
    part: () => {
      part ??= readPart(engine, cleaned, asCleanedUp);
      return part;
    },
  };
  return cleaned;
}

/** Another way to read a page. */
interface Attempt extends Manner {
  /** The page made ready, or a part of it, given as it came and as it was cleaned, and by what it needs. */
  prepare(given: PageImage, cleaned: PageImage, needs: Needs): PageImage;
  /** By which the densest part of the page has to be read better in this way before the whole page is; nothing for no trial. */
  readonly gain?: number;
}

function readPage(engine: Engine, image: ScannedPage, { remainingMillis }: ReadingTime): Reading {
  const upright = uprightPage(engine, image);
  const before = remainingMillis();
  const asGrey = firstReading(engine, upright);
  const took = before - remainingMillis();
  // An attempt may well take longer than the first reading did.
  const hasTime = () => remainingMillis() >= 3 * took;
  let { cleaned, best } = inBestTint(engine, image.tints ?? [], asGrey, hasTime);
  const attempts = attemptsAfter(cleaned, () => best);
  for (let count = 0; count < maxAttempts; ) {
    const { value: attempt } = attempts.next();
    if (attempt === undefined || !hasTime()) break;
    const isTried = attempt.gain !== undefined && isWorthTrial(cleaned.page);
    if (isTried) {
      if (best.allLetters === 0 && cleaned.part().allLetters === 0) continue; // print that is read wrongly is seen at least
      if (readPart(engine, cleaned, attempt).worth <= attempt.gain * Math.min(cleaned.part().worth, best.worth)) continue;
    }
    const prepared = attempt.prepare(cleaned.image, cleaned.page, cleaned.survey.needs);
    best = betterReading(engine, prepared, attempt, best, isTried ? 1 : (attempt.gain ?? 1)) ?? best;
    count++;
  }
  return best;
}

/** A reading of a whole page with the rows that it passed over. */
interface WholeReading extends Reading {
  /** As it was without them. */
  readonly own: Reading;
}

interface ReadPage {
  readonly cleaned: CleanedPage;
  readonly best: WholeReading;
}

function readWhole(engine: Engine, { page, survey }: CleanedPage): WholeReading {
  return completed(engine, page, readingOf(engine.read(page)), survey.hasPalePrint);
}

const completed = (engine: Engine, page: PageImage, own: Reading, hasPalePrint = false): WholeReading => ({
  ...readingOf(withRowsPassedOver(engine, page, own, hasPalePrint)),
  own,
});

/** A page read in another way, if that is better by itself, and with the rows that it passes over as well. */
function betterReading(engine: Engine, page: PageImage, manner: Manner, best: WholeReading, gain = 1): WholeReading | undefined {
  const own = readingOf(engine.read(page, manner));
  if (own.worth <= gain * best.own.worth) return undefined;
  const other = completed(engine, page, own);
  return other.worth > gain * best.worth ? other : undefined;
}

/** A page that is to be enlarged by more takes much longer to be read. */
const slightScale = 1.2;

/** Its grain would be enlarged as small letters, which stand in no lines. */
const mayBePhotograph = ({ needs, direction }: Survey): boolean => needs.scale > slightScale && direction <= clearDirection;

/**
 * A page is read in the size that its letters ask for. Where their lines have no clear direction and nothing is seen in its densest part, that is
 * the better size only if anything is seen on the page as it is: a photograph is no small print. Where its letters may be a texture, its
 * densest part decides.
 */
function firstReading(engine: Engine, cleaned: CleanedPage): ReadPage {
  const { survey } = cleaned;
  const { letterScale } = survey;
  const isBlank = () => cleaned.part().allLetters === 0;
  if (mayBePhotograph(survey) && isBlank()) return inBetterSize(engine, cleaned);
  const mayBeLarger = letterScale > slightScale * survey.needs.scale && !isBlank() && isPartReadBetterAt(engine, letterScale, cleaned);
  const chosen = mayBeLarger ? scaled(engine, cleaned, letterScale) : cleaned;
  return { cleaned: chosen, best: readWhole(engine, chosen) };
}

function inBetterSize(engine: Engine, enlarged: CleanedPage): ReadPage {
  const asLarge = scaled(engine, enlarged, 1);
  const best = readWhole(engine, asLarge);
  if (best.allLetters === 0) return { cleaned: enlarged, best };
  const other = betterReading(engine, enlarged.page, {}, best);
  return other === undefined ? { cleaned: asLarge, best } : { cleaned: enlarged, best: other };
}

const scaled = (engine: Engine, { image, survey }: CleanedPage, scale: number): CleanedPage =>
  cleanedPage(engine, image, { ...survey, needs: { ...survey.needs, scale } });

function isPartReadBetterAt(engine: Engine, scale: number, cleaned: CleanedPage): boolean {
  const prepare = (given: PageImage, _: PageImage, needs: Needs) => cleanPage(given, { ...needs, scale });
  return readPart(engine, cleaned, { prepare }).worth > better * cleaned.part().worth;
}

/** Letters that a tint has for each one that the grey page has: with fewer, a part of the page is read first. */
const revealing = 1.15;

/** A coloured page in the tint in which more letters stand out, or which is read better where the page is read poorly. */
function inBestTint(engine: Engine, tints: readonly PageImage[], asGrey: ReadPage, hasTime: () => boolean): ReadPage {
  let page = asGrey;
  for (const tint of tints) {
    if (!hasTime()) break;
    const { letters } = page.cleaned.survey;
    const isRevealing = lettersStandingOut(tint) >= revealing * letters;
    if (!isRevealing && !isReadBelow(fair, page.best, letters)) continue;
    const cleaned = uprightPage(engine, tint);
    if (!isRevealing && !isPartReadBetter(engine, cleaned, page.cleaned)) continue;
    const best = betterReading(engine, cleaned.page, {}, page.best, better);
    if (best !== undefined) page = { cleaned, best };
  }
  return page;
}

/** True if the part with the most letters on the grey page is read better in the tint. */
function isPartReadBetter(engine: Engine, { image, survey, page }: CleanedPage, grey: CleanedPage): boolean {
  const tinted = cleanedPage(engine, image, { ...survey, densest: grey.survey.densest }, page);
  return tinted.part().worth > better * grey.part().worth;
}

const isPartOf = (letters: number, reading: Reading): boolean => reading.letters < fewCharacters * letters;
const isReadBelow = (confidence: number, reading: Reading, letters: number): boolean =>
  reading.confidence < confidence || isPartOf(letters, reading);

/**
 * The page as its survey asks for it, without a turn unless a small part of it is read clearly better with it: what stands on the
 * page decides, not the ink of its rows.
 */
function uprightPage(engine: Engine, image: PageImage): CleanedPage {
  const survey = surveyOf(image);
  const cleaned = cleanedPage(engine, image, survey);
  const { quarters } = survey.needs;
  if (quarters === 0) return cleaned;
  const { worth } = cleaned.part();
  if (worth > 0 && worth >= clearlyBetter * readPart(engine, cleaned, turning(-quarters)).worth) return cleaned;
  const upright = (from: Survey): Survey => ({ ...from, needs: { ...from.needs, quarters: 0 } });
  // It may lie on its other side, where its slant is the same.
  if (survey.letters >= fewLetters) return cleanedPage(engine, image, upright(survey), turned(cleaned.page, -quarters));
  // Of few letters the slant of lines that run down the page is none of lines that do not.
  return cleanedPage(engine, image, upright(quarters === 2 ? survey : surveyOf(image, true)));
}

/** Pixels of the part of a cleaned page that is read for trial: some eight lines of it. */
const trialSide = 320;

const asCleanedUp: Pick<Attempt, "prepare"> = { prepare: (_, cleaned) => cleaned };

/** The densest part of a page, read in a way that may be worth a reading of the whole page. */
function readPart(engine: Engine, { image, survey, page }: Omit<CleanedPage, "part">, attempt: Pick<Attempt, "prepare"> & Manner): Reading {
  const { densest, needs } = survey;
  const part = areaAround(densest, image, trialSide / needs.scale);
  const lying = turned(page, -needs.quarters);
  const cleaned = turned(cutOut(lying, areaAround(densest, lying, trialSide)), needs.quarters);
  return readingOf(engine.read(attempt.prepare(cutOut(image, part), cleaned, needsOfPart(needs, part)), attempt));
}

function areaAround({ x, y }: Survey["densest"], page: PageImage, side: number): Rectangle {
  const [width, height] = [Math.min(Math.round(side), page.width), Math.min(Math.round(side), page.height)];
  const [left, top] = [within(x * page.width - side / 2, page.width - width), within(y * page.height - side / 2, page.height - height)];
  return { left, top, width, height };
}

const within = (place: number, last: number): number => Math.max(0, Math.min(last, Math.round(place)));

/** A page of fewer pixels is read as fast as a part of it. */
const minTrialPixels = 3 * trialSide ** 2;
const isWorthTrial = ({ width, height }: PageImage): boolean => width * height >= minTrialPixels;

/** Another way up is worth a reading of the whole page only where it is clearly better. */
const clearlyBetter = 1.5;
const better = 1.1;

/** Further readings that may be worth their time, by the page's faults and the readings so far. */
function* attemptsAfter({ survey, image, page, part }: CleanedPage, best: () => Reading): Generator<Attempt, void> {
  const { needs, letters, direction } = survey;
  const isPartial = () => isPartOf(letters, best());
  const isBelow = (confidence: number) => isReadBelow(confidence, best(), letters);
  const isSeen = () => best().allLetters >= fewCharacters * letters;
  // The engine knows what it has seen all of as sure or not, in any layout: this is another script, or upside down.
  const isUnknown = () => best().worth === 0 && isSeen();
  // What was counted is a picture, where nothing is seen in the densest part of it and the rest is read well.
  const isPicture = () => isPartial() && best().confidence >= convincing && part().allLetters === 0;
  if (letters < minLetters) return;
  if (best().letters < hardlyAny * letters && letters < manyLetters && !isUnknown())
    yield { ...asCleanedUp, layout: "sparse", ...(!isSmall(page) && { gain: better }) };
  if (isPicture()) return;
  const isBlank = mayBePhotograph(survey) && best().allLetters === 0; // in both sizes
  if (isCleanedBy(needs) && isBelow(fair) && !isBlank) {
    const prepare = (given: PageImage) => cleanPage(given, asItCame(needs, image));
    yield isSeen() ? { prepare, gain: better } : { prepare };
  }
  for (const quarters of direction > clearDirection || isUnknown() ? [2] : [2, 1, 3]) if (isBelow(poor)) yield turning(quarters);
  if ((needs.specks || needs.grain > grainy) && isBelow(convincing))
    yield { prepare: (given, _, itsNeeds) => cleanPage(filtered(given), itsNeeds), gain: better };
  if (needs.evenLight && isBelow(fair)) yield { ...asCleanedUp, threshold: "Sauvola", gain: better };
}

/** Of the letters that were counted: so few are read where the engine takes print for pictures. */
const hardlyAny = 0.5;
/** A sign or a map has fewer. */
const fewLetters = 150;

const turning = (quarters: number): Attempt => ({ prepare: (_, cleaned) => turned(cleaned, quarters), gain: clearlyBetter });

/** Few letters on a page of fewer pixels are read as soon as they are tried. */
const smallPixels = 2_000_000;
const isSmall = ({ width, height }: PageImage): boolean => width * height < smallPixels;
/** A page of running text is not sparse, and takes long to be read as if it were. */
const manyLetters = 500;
/** The lines of such a page run across it: it is upright or upside down. */
const clearDirection = 0.24;
/** Fewer are not worth a search. */
const minLetters = 10;
/** Grain from which a page may be read better through a median filter. */
const grainy = 6;

const filtered = (image: PageImage): PageImage => medianFiltered(medianFiltered(medianFiltered(image)));
