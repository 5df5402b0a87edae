import type { PageImage } from "../page-image.ts";
import { type Bend, bendOf, inkFlattened, scaledBend, straight } from "./bend.ts";
import { contrastOf, inverted, isDark, type Tones, tonesOf } from "./contrast.ts";
import { evenlyLit, isPale, isShaded, levelsOf } from "./even-light.ts";
import { despeckled, grainOf, hasSpecks, withoutGrain } from "./grain.ts";
import { type Ink, inkLevelled, inkOf, inkTurned } from "./ink.ts";
import {
  acrossShare,
  heightOf,
  type Inked,
  inkedParts,
  type Letters,
  lettersAmong,
  lettersIn,
  lettersOf,
  neighboursIn,
  type Part,
  panelsOf,
  widthOf,
} from "./letters.ts";
import { weightedQuantile } from "./median.ts";
import { withInverted } from "./panels.ts";
import { printOf } from "./print.ts";
import { reduced } from "./resize.ts";
import { withoutSigns } from "./rows.ts";
import { sharpnessOf, skewOf } from "./skew.ts";
import { cutOut } from "./turn.ts";

/** The steps that a page needs before it is read; nothing but `scale` where nothing is wrong with it. */
export interface Needs {
  readonly dark: boolean;
  /** Parts of the page whose print is light on dark while the rest is dark on light, in pixels of the page. */
  readonly panels: readonly Part[];
  readonly specks: boolean;
  /** Black and white only: edges are jagged, and thin strokes broken. */
  readonly jagged: boolean;
  /** Shadows, or print so pale that it does not stand out by one grey value everywhere. */
  readonly evenLight: boolean;
  /** Grain in grey values of an evenly lit page. */
  readonly grain: number;
  readonly quarters: number;
  readonly degrees: number;
  readonly bend: Bend;
  /** By which the letters come to the size at which the engine reads best. */
  readonly scale: number;
  /** Height of the small letters after that, in pixels, where there are enough of them to tell. */
  readonly xHeight?: number;
}

export interface Survey {
  readonly needs: Needs;
  /** The place where the most letters are close together, as shares of the page's width and height. */
  readonly densest: Place;
  /** The number of letters; touching ones count as one. */
  readonly letters: number;
  /** Beside the letters that were counted there are paler ones, such as grey notes below black print. */
  readonly hasPalePrint: boolean;
  /** Clearness of the direction of the lines, 0..1; print that is as close across as down leaves it open. */
  readonly direction: number;
  /** What the height of the letters asks for as `needs.scale`, which enlarges nothing where the direction is open: that may be a texture. */
  readonly letterScale: number;
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Pixels at which a page is looked at: a fifth of the time of all of an A4 page, and 7-point letters are still letters. */
const surveyPixels = 1_600_000;
/** Height of small letters that the engine reads well and fastest, and the range in which it reads as well. */
const bestXHeight = { ofSmall: 13, ofLarge: 15 } as const;
const goodXHeight = { min: 12, max: 18 } as const;
const scales = { min: 0.25, max: 3 } as const;
/** Letters that are as close across as down are a texture, and no reason to enlarge it. */
const noDirection = 0.08;
const maxPixels = 14_000_000;
/** A page is made smaller to be read faster, and this small it is read fast; of a few words the engine finds no lines on a smaller one. */
const minReducedPixels = 300_000;
/** An enlarged page has no more than this, nor one whose letters are not made smaller as they seem to need. */
export const maxEnlargedPixels = 6_000_000;
/** A bend is believed where rows of ink stand out more sharply after it by this factor. */
const sharper = 1.05;
/** Letters that even light reveals, as a factor: where it reveals none, the shadows do no harm. */
const revealing = 1.15;
/** Below it the print says which side is up. */
const upsideDown = 0.4;

/**
 * Looks at a page made small: its polarity, light, dust and grain, how its lines lie, and the height of its letters.
 *
 * @param isUpright where it is known that the lines do not run down the page.
 */
export function surveyOf(page: PageImage, isUpright = false): Survey {
  const factor = surveyFactor(page);
  const given = reduced(page, factor);
  const dark = isDark(given);
  const specks = hasSpecks(page);
  const { page: quiet, tones, grain } = quietened(despeckledIf(specks, dark ? inverted(given) : given));
  const around = plainPrintOn(quiet, tones);
  const panels = panelsIn(around.inked, around.plain, around, factor);
  const window = isMostOf(page, panels) ? plainPrintOn(withInverted(quiet, panels, factor)) : around;
  const { light, plain, ...levels } = isMuchMore(window.plain, around.plain) ? window : around;
  const revealed = revealedIn(light, plain, panels.length > 0);
  const print = revealed?.letters ?? plain;
  return {
    ...lieOf(print, page, factor, isUpright, {
      dark,
      specks,
      jagged: isBlackAndWhite(page),
      evenLight: revealed !== undefined,
      panels,
      grain: revealed?.grain ?? grain,
    }),
    letters: withoutSigns(print.letters).length,
    hasPalePrint: revealed === undefined && hasPalePrint(light, levels, plain.letters.length),
    densest: densestOf(print),
  };
}

function plainPrintOn(
  light: PageImage,
  tones = tonesOf(light),
): Print & { readonly light: PageImage; readonly inked: Inked; readonly plain: Letters } {
  const inked = inkedParts(light, tones.threshold);
  const minEdge = minEdgeOf(tones);
  return { ...tones, minEdge, light, inked, plain: lettersIn(inked, minEdge) };
}

/** Where one panel covers more of a page and holds most of its letters, such as a dark window on a light ground, the print is its own. */
const minWindowShare = 0.5;
/** Letters with those of the panel, for each one outside of it. */
const muchMore = 4;

const isMuchMore = (one: Letters, other: Letters): boolean => one.letters.length > muchMore * other.letters.length;

const isMostOf = ({ width, height }: PageImage, panels: readonly Part[]): boolean =>
  panels.some((panel) => widthOf(panel) * heightOf(panel) > minWindowShare * width * height);

/** Grey pixels for each black one (or white one, whichever is rarer): the edges of grey print have four times as many. */
const maxGrey = 0.05;
const [nearlyBlack, nearlyWhite] = [40, 215];
/** Every so many pixels are looked at. */
const stride = 7;

function isBlackAndWhite({ grey }: PageImage): boolean {
  let [black, white, between] = [0, 0, 0];
  for (let at = 0; at < grey.length; at += stride) {
    const value = grey[at] ?? 0;
    if (value < nearlyBlack) black++;
    else if (value > nearlyWhite) white++;
    else between++;
  }
  return between < maxGrey * Math.min(black, white);
}

const surveyFactor = ({ width, height }: PageImage): number => Math.max(1, Math.ceil(Math.sqrt((width * height) / surveyPixels) - 0.3));

/** Counts the letters of a page without asking for anything else: a few of them more or less than its survey does. */
export function lettersStandingOut(page: PageImage): number {
  const given = reduced(page, surveyFactor(page));
  const light = isDark(given) ? inverted(given) : given;
  const tones = tonesOf(light);
  return signlessLetters(inkedParts(light, tones.threshold), tones).length;
}

/** What the engine would read as letters and digits: neither what has no edge nor signs. */
export const signlessLetters = (inked: Inked, tones: Tones): readonly Part[] => withoutSigns(lettersAmong(inked, minEdgeOf(tones)));

/** Of the page's sides: letters as near as this count as close together. */
const closeBy = 0.15;
const maxPlaces = 100;

function densestOf({ letters, page: { width, height } }: Letters): Place {
  const places = letters.map(({ left, right, top, bottom }) => ({ x: (left + right) / 2 / width, y: (top + bottom) / 2 / height }));
  const step = Math.ceil(places.length / maxPlaces);
  const near = (one: Place) => places.filter(({ x, y }) => Math.abs(x - one.x) < closeBy && Math.abs(y - one.y) < closeBy).length;
  const counted = places.filter((_, index) => index % step === 0).map((place) => ({ place, count: near(place) }));
  return counted.reduce((best, one) => (one.count > best.count ? one : best), { place: { x: 0.5, y: 0.5 }, count: 0 }).place;
}

/** Of the contrast of ink and paper: letters stand out at their edges by 0.5 to 2 of it, the dark places of a wall or a cloud by 0.05 to 0.2. */
const printEdge = 0.3;

const minEdgeOf = (tones: Tones): number => printEdge * contrastOf(tones);

const inkBelow = 130;
/** Grey values between ink and paper on an evenly lit page. */
const fullContrast = 220;
/** Of full contrast: even light sharpens the edges of a wall's dark places as well. */
const litEdge = 0.5;
/** Of all that has the shape of letters in even light: where fewer have their edges, it reveals the grain of a wall or a cloud. */
const minRevealed = 1 / 3;

/** The letters that stand out in even light, where the light is uneven or the print pale and more letters stand out than do without. */
function revealedIn(page: PageImage, plain: Letters, hasPanels: boolean): { letters: Letters; grain: number } | undefined {
  const levels = levelsOf(page);
  if (!isPale(levels) && (hasPanels || !isShaded(levels))) return undefined;
  const lit = evenlyLit(page, levels);
  const inked = inkedParts(lit, inkBelow);
  const letters = lettersIn(inked, litEdge * fullContrast);
  const count = letters.letters.length;
  if (count <= revealing * plain.letters.length || count < minRevealed * lettersAmong(inked, 0).length) return undefined;
  return { letters, grain: grainOf(lit) };
}

/** Of the way from the value that tells ink from paper to that of the paper. */
const paleValue = 0.6;
/** Of the edge of a letter; what has less is the pattern of the paper. */
const paleEdge = 0.5;
/** Letters that are found with the paler ones, for each that is found without. */
const withPale = 1.1;

const hasPalePrint = (page: PageImage, tones: Tones, letters: number): boolean => paleLettersOn(page, tones).length > withPale * letters;

/** Letters of which some are paler than the value that tells ink from paper. */
export function paleLettersOn(page: PageImage, tones: Tones): Part[] {
  const pale = Math.round(tones.threshold + paleValue * (tones.paper - tones.threshold));
  return lettersAmong(inkedParts(page, pale), paleEdge * minEdgeOf(tones));
}

const despeckledIf = (specks: boolean, page: PageImage): PageImage => (specks ? despeckled(page) : page);

/** The page without grain, which would be taken for letters, and how much it had of it, in grey values of full contrast. */
function quietened(page: PageImage): { page: PageImage; tones: Tones; grain: number } {
  const tones = tonesOf(page);
  const grain = (grainOf(page) * fullContrast) / contrastOf(tones);
  const quiet = withoutGrain(page, grain);
  return { page: quiet, tones: quiet === page ? tones : tonesOf(quiet), grain };
}

function lieOf(
  print: Letters,
  page: PageImage,
  factor: number,
  isUpright: boolean,
  needs: Omit<Needs, "quarters" | "degrees" | "bend" | "scale" | "xHeight">,
): Omit<Survey, "letters" | "hasPalePrint" | "densest"> {
  const neighbours = neighboursIn(print);
  const share = acrossShare(neighbours);
  const ink = inkOf(print.page);
  const { degrees, sideways } = skewOf(ink, isUpright ? 1 : share);
  const quarters = sideways ? 1 : 0;
  const level = inkLevelled(sideways ? inkTurned(ink) : ink, degrees);
  const { bend, ink: flat } = flattened(level);
  const { above, xHeight } = printOf(flat);
  const own = believable(xHeight, print.letters, sideways);
  // Two or three of many letters say nothing: what stands alone is hardly print.
  const direction = Math.abs(neighbours.across - neighbours.down) / Math.max(1, print.letters.length);
  const letterScale = scaleOf(own, factor, page);
  const scale = direction < noDirection ? Math.min(letterScale, 1) : letterScale;
  return {
    needs: {
      ...needs,
      quarters: above < upsideDown ? quarters + 2 : quarters,
      degrees,
      bend: scaledBend(bend, factor),
      scale,
      ...(own !== undefined && { xHeight: own * factor * scale }),
    },
    direction,
    letterScale,
  };
}

function flattened(level: Ink): { bend: Bend; ink: Ink } {
  const bend = bendOf(level);
  const ink = bend === straight ? level : inkFlattened(level, bend);
  return ink !== level && sharpnessOf(ink) > sharper * sharpnessOf(level) ? { bend, ink } : { bend: straight, ink: level };
}

/** The height of rows is measured against that of the letters: rules and pictures between lines make bands of rows as well. */
function believable(xHeight: number | undefined, letters: readonly Part[], sideways: boolean): number | undefined {
  if (letters.length < 5) return undefined;
  const usual = usualOf(letters, sideways ? widthOf : heightOf);
  return xHeight !== undefined && xHeight > 0.45 * usual && xHeight < 1.2 * usual ? xHeight : usual;
}

/** The height of small letters among that of all, each as heavy as it is high, so that a texture does not outweigh print. */
function usualOf(letters: readonly Part[], sizeOf: (part: Part) => number): number {
  return weightedQuantile(
    letters.map((part) => ({ value: sizeOf(part), weight: sizeOf(part) })),
    0.35,
  );
}

function scaleOf(xHeight: number | undefined, factor: number, { width, height }: PageImage): number {
  const fitting = Math.sqrt(maxPixels / (width * height));
  if (xHeight === undefined) return Math.min(1, fitting);
  const own = xHeight * factor;
  const wanted = own < goodXHeight.min ? bestXHeight.ofSmall / own : own > goodXHeight.max ? bestXHeight.ofLarge / own : 1;
  const enlarged = Math.max(1, Math.sqrt(maxEnlargedPixels / (width * height)));
  const reducible = Math.min(1, Math.sqrt(minReducedPixels / (width * height)));
  return Math.min(Math.max(wanted, scales.min, reducible), scales.max, enlarged, fitting);
}

const minPanelPrint = 3;
/** Of a usual letter's height; what is lower is the white within the letters of a word that touch. */
const minPanelLetter = 0.6;

interface Print extends Tones {
  readonly minEdge: number;
}

function panelsIn(inked: Inked, { letters }: Letters, print: Print, factor: number): Part[] {
  const usual = usualOf(letters, heightOf);
  const panels = panelsOf(inked, usual).filter((panel) => holdsLightPrint(inked.page, panel, print, minPanelLetter * usual));
  return panels.map(({ left, top, right, bottom, ink }) => ({
    ...{ left: left * factor, top: top * factor, right: (right + 1) * factor - 1, bottom: (bottom + 1) * factor - 1 },
    ink: ink * factor ** 2,
  }));
}

function holdsLightPrint(page: PageImage, panel: Part, { threshold, minEdge }: Print, minHeight: number): boolean {
  const inside = cutOut(page, { left: panel.left, top: panel.top, width: widthOf(panel), height: heightOf(panel) });
  const letters = lettersOf(inverted(inside), 256 - threshold, minEdge).letters;
  const light = letters.filter((part) => isInside(part, inside) && heightOf(part) >= minHeight).length;
  return light >= minPanelPrint && light > lettersOf(inside, threshold, minEdge).letters.length;
}

/** Parts that touch the edge are the ground of the panel: the corners around a bold letter. */
const isInside = ({ left, top, right, bottom }: Part, { width, height }: PageImage): boolean =>
  left > 0 && top > 0 && right < width - 1 && bottom < height - 1;
