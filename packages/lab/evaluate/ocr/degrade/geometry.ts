import type { PageImage } from "../../../../../functions/stages/ocr/page-image.ts";
import type { Random } from "../random.ts";
import { remap } from "./resample.ts";

/** Turns a page clockwise by any angle; the sheet grows so that nothing is cut off. */
export function rotated(page: PageImage, degrees: number, paper: number): PageImage {
  const cos = Math.cos((degrees * Math.PI) / 180);
  const sin = Math.sin((degrees * Math.PI) / 180);
  const width = Math.ceil(page.width * Math.abs(cos) + page.height * Math.abs(sin));
  const height = Math.ceil(page.width * Math.abs(sin) + page.height * Math.abs(cos));
  return remap(page, width, height, paper, (x, y) => {
    const fromCentreX = x - width / 2;
    const fromCentreY = y - height / 2;
    return [fromCentreX * cos + fromCentreY * sin + page.width / 2, fromCentreY * cos - fromCentreX * sin + page.height / 2];
  });
}

/**
 * A page as a camera sees it that is not held square above it, the desk around it.
 *
 * @param strength how much nearer the nearest edge is than the farthest; 0.1 is a careless photograph.
 */
export function inPerspective(page: PageImage, random: Random, strength: number, desk: number): PageImage {
  const border = 0.04;
  const width = Math.round(page.width * (1 + 2 * border));
  const height = Math.round(page.height * (1 + 2 * border));
  const tiltX = (random.between(0.5, 1) * strength * (random.chance(0.5) ? 1 : -1)) / width;
  const tiltY = (random.between(0.5, 1) * strength * (random.chance(0.5) ? 1 : -1)) / height;
  return remap(page, width, height, desk, (x, y) => {
    const fromCentreX = x - width / 2;
    const fromCentreY = y - height / 2;
    const depth = 1 + tiltX * fromCentreX + tiltY * fromCentreY;
    return [fromCentreX / depth + page.width / 2, fromCentreY / depth + page.height / 2];
  });
}

/** A sheet that does not lie flat: its lines bend by up to the given share of its height. */
export function curled(page: PageImage, amount: number, paper: number): PageImage {
  return remap(page, page.width, page.height, paper, (x, y) => [x, y + amount * page.height * ((2 * x) / page.width - 1) ** 2]);
}
