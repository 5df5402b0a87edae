import type { PageImage } from "../page-image.ts";
import { boxMean } from "./box-mean.ts";
import { reduced, reductionTo } from "./resize.ts";

/**
 * True if the print is lighter than its ground. Print covers the smaller part of its surroundings, so it is what stands
 * out from them: where that is to the light side on the whole, the page is dark. Shadows and frames do not count, since each
 * pixel is compared with its neighbourhood only.
 */
export function isDark(page: PageImage): boolean {
  const small = reduced(page, reductionTo(600, page));
  const means = boxMean(small, Math.max(4, Math.round(Math.max(small.width, small.height) / 60)));
  let third = 0;
  for (let at = 0; at < means.length; at++) {
    const difference = (small.grey[at] ?? 0) - (means[at] ?? 0);
    third += difference * difference * difference; // many times faster than a power
  }
  return third > 0;
}

export function inverted(page: PageImage): PageImage {
  const grey = new Uint8Array(page.grey.length);
  for (let at = 0; at < grey.length; at++) grey[at] = 255 - (page.grey[at] ?? 0);
  return { ...page, grey };
}
