import type { PageImage } from "../page-image.ts";
import { type Bend, bendOf } from "./bend.ts";
import { withoutBlots } from "./blots.ts";
import { evenlyLit } from "./even-light.ts";
import { despeckled, grainOf, softened } from "./grain.ts";
import { levelled } from "./level.ts";
import { inverted, isDark } from "./polarity.ts";
import { type Print, printOf } from "./print.ts";
import { reduced, reductionTo } from "./resize.ts";
import { skewOf } from "./skew.ts";
import { turned } from "./turn.ts";

/** A page made ready for the engine. */
export interface CleanPage {
  readonly page: PageImage;
  /** How sure it is that the page is not upside down, 0..1. */
  readonly upright: number;
}

/** Height of small letters at which the engine reads best, and the range in which it reads as well. */
const bestXHeight = 20;
const goodXHeight = { least: 14, most: 36 } as const;
const scales = { least: 0.3, most: 3 } as const;
const mostPixels = 14_000_000;
/** Grain, of the contrast of an evenly lit page, from which a page is softened, and from which it is softened twice. */
const coarseGrain = 12;
const coarsestGrain = 30;
/** Pixels of the longer side at which lines are looked for: an eighth of the time, and fine enough. */
const surveySide = 1500;

/** Brings a page into the shape in which the engine reads it best: dark on light, evenly lit, level, upright, large enough. */
export function cleanPage(given: PageImage): CleanPage {
  const lit = evenlyLit(despeckled(isDark(given) ? inverted(given) : given));
  const quiet = withoutGrain(lit);
  const factor = reductionTo(surveySide, quiet);
  const small = withoutBlots(reduced(quiet, factor));
  const { degrees, sideways } = skewOf(small);
  const quarters = sideways ? 1 : 0;
  const survey = levelled(turned(small, quarters), { degrees });
  const bend = bendOf(survey);
  const print = printOf(levelled(survey, { degrees: 0, bend }));
  const page = levelled(turned(quiet, quarters), { degrees, bend: scaledBend(bend, factor), scale: scaleOf(print, factor, quiet) });
  const upsideDown = print.above < 0.5;
  return { page: withDpi(turned(page, upsideDown ? 2 : 0)), upright: Math.abs(print.above - 0.5) * 2 };
}

function withoutGrain(page: PageImage): PageImage {
  const grain = grainOf(page);
  const once = grain > coarseGrain ? softened(page) : page;
  return grain > coarsestGrain ? softened(once) : once;
}

function scaledBend({ x, xx, xy, xxy }: Bend, factor: number): Bend {
  return { x: x * factor, xx: xx * factor, xy: xy * factor, xxy: xxy * factor };
}

function scaleOf({ xHeight }: Print, factor: number, { width, height }: PageImage): number {
  if (xHeight === undefined) return Math.min(1, Math.sqrt(mostPixels / (width * height)));
  const own = xHeight * factor;
  const wanted = own >= goodXHeight.least && own <= goodXHeight.most ? 1 : bestXHeight / own;
  return Math.min(Math.max(wanted, scales.least), scales.most, Math.sqrt(mostPixels / (width * height)));
}

/** The engine is told what size of print to expect by the resolution. */
function withDpi(page: PageImage): PageImage {
  return { ...page, dpi: Math.max(70, Math.min(300, Math.round(Math.min(page.width, page.height) / 8.27))) };
}
