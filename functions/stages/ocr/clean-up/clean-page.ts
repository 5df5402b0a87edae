import type { PageImage } from "../page-image.ts";
import { scaledBend, straight } from "./bend.ts";
import { inverted } from "./contrast.ts";
import { evenlyLit, levelsOf } from "./even-light.ts";
import { coarseGrain, despeckled, softened, withoutGrain } from "./grain.ts";
import { levelled } from "./level.ts";
import { withInverted } from "./panels.ts";
import { reduced } from "./resize.ts";
import { maxEnlargedPixels, type Needs } from "./survey.ts";
import { type Rectangle, turned } from "./turn.ts";

/** Brings a page into the shape in which the engine reads it best, by the steps that it needs and no others. */
export function cleanPage(given: PageImage, needs: Needs): PageImage {
  const { specks, jagged, evenLight, quarters, degrees, bend, scale } = needs;
  const factor = Math.max(1, Math.floor(1 / scale));
  const clean = specks ? despeckled(given) : given;
  const smooth = jagged && factor === 1 ? softened(clean) : reduced(clean, factor);
  const upright = turned(light(smooth, needs, factor), quarters & 1);
  const lit = evenLight ? evenlyLit(upright, levelsOf(upright)) : upright;
  const page = levelled(withoutGrain(lit, needs.grain), {
    degrees,
    bend: scaledBend(bend, 1 / factor),
    scale: scale * factor,
  });
  return withDpi(turned(page, quarters & 2), needs.xHeight);
}

/** The page as it came, enlarged if its letters are small; whether they are large is as doubtful as everything else. */
export function asItCame({ scale }: Needs, { width, height }: PageImage): Needs {
  const kept = Math.max(scale, Math.min(1, Math.sqrt(maxEnlargedPixels / (width * height))));
  const untouched = {
    dark: false,
    panels: [],
    specks: false,
    jagged: false,
    evenLight: false,
    grain: 0,
    quarters: 0,
    degrees: 0,
    bend: straight,
  };
  return { ...untouched, scale: kept };
}

/** True if a page needs anything that could harm it. */
export function isCleanedBy({ dark, panels, specks, jagged, evenLight, grain, quarters, degrees, bend, scale }: Needs): boolean {
  return (
    dark ||
    panels.length > 0 ||
    specks ||
    jagged ||
    evenLight ||
    grain > coarseGrain ||
    quarters !== 0 ||
    degrees !== 0 ||
    bend !== straight ||
    scale < 1
  );
}

/** What a part of a page needs: of its panels those that reach into the part, from where it begins. */
export function needsOfPart(needs: Needs, { left, top, width, height }: Rectangle): Needs {
  const panels = needs.panels.map((panel) => ({
    ...panel,
    left: Math.max(0, panel.left - left),
    top: Math.max(0, panel.top - top),
    right: Math.min(width - 1, panel.right - left),
    bottom: Math.min(height - 1, panel.bottom - top),
  }));
  return { ...needs, panels: panels.filter((panel) => panel.left <= panel.right && panel.top <= panel.bottom) };
}

function light(page: PageImage, { dark, panels }: Needs, factor: number): PageImage {
  const light = dark ? inverted(page) : page;
  return panels.length === 0 ? light : withInverted(light, panels, factor);
}

/** The engine is told what size of print to expect by the resolution: 10-point letters have an x-height of 5 points. Without one it guesses. */
function withDpi({ grey, width, height }: PageImage, xHeight: number | undefined): PageImage {
  const dpi = Math.max(70, Math.min(300, Math.round((xHeight ?? 0) * (72 / 5))));
  return { grey, width, height, ...(xHeight !== undefined && { dpi }) };
}
