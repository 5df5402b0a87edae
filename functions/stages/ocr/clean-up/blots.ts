import type { PageImage } from "../page-image.ts";
import { boxMean } from "./box-mean.ts";

/** The mean of the surroundings below which they are no print: even bold print covers less than half of its paper. */
const darkerThan = 90;
const paper = 235;

/**
 * Takes frames, pictures and the edge of the desk off a page, so that what is left to measure is print.
 *
 * @param page dark on light, evenly lit.
 */
export function withoutBlots(page: PageImage): PageImage {
  const radius = Math.max(4, Math.round(Math.max(page.width, page.height) / 120));
  const cores = Uint8Array.from(boxMean(page, radius), (mean) => (mean < darkerThan ? 1 : 0));
  const near = boxMean({ ...page, grey: cores }, 2 * radius);
  return { ...page, grey: page.grey.map((value, index) => ((near[index] ?? 0) > 0.001 ? paper : value)) };
}
