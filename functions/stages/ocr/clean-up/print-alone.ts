import type { PageImage } from "../page-image.ts";
import { tonesOf } from "./contrast.ts";
import { heightOf, lettersOf } from "./letters.ts";
import { minEdgeOf } from "./survey.ts";

/** Of a letter's height: what is so near to it stays, such as dots, accents and commas. */
const around = 0.4;

/** Paints over all of a page but its letters and what is near them. @param page dark print on light paper. */
export function printAlone(page: PageImage): PageImage {
  const { width, height } = page;
  const tones = tonesOf(page);
  const { letters } = lettersOf(page, tones.threshold, minEdgeOf(tones));
  const grey = new Uint8Array(page.grey.length).fill(tones.paper);
  for (const letter of letters) {
    const margin = Math.ceil(around * heightOf(letter));
    const [left, right] = [Math.max(0, letter.left - margin), Math.min(width, letter.right + 1 + margin)];
    for (let y = Math.max(0, letter.top - margin); y < Math.min(height, letter.bottom + 1 + margin); y++)
      grey.set(page.grey.subarray(y * width + left, y * width + right), y * width + left);
  }
  return { ...page, grey };
}
