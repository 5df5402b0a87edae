import type { PageImage } from "../page-image.ts";
import { groundOf } from "./contrast.ts";
import type { Part } from "./letters.ts";
import { cutOut } from "./turn.ts";

/** Grey values from a panel's ground to white, at least. */
const minRange = 64;

/** Panels with dark print on white: a panel in a colour would stay a grey one, in which the engine finds no lines. */
export function withInverted(page: PageImage, panels: readonly Part[], factor: number): PageImage {
  const grey = page.grey.slice();
  for (const { left, top, right, bottom } of panels) {
    const [x, y] = [Math.floor(left / factor), Math.floor(top / factor)];
    const [endX, endY] = [Math.min(page.width, Math.floor(right / factor) + 1), Math.min(page.height, Math.floor(bottom / factor) + 1)];
    const rows = Array.from({ length: endY - y }, (_, row) => grey.subarray((y + row) * page.width + x, (y + row) * page.width + endX));
    const white = Math.max(minRange, 255 - groundOf(cutOut(page, { left: x, top: y, width: endX - x, height: endY - y })));
    for (const row of rows) for (let at = 0; at < row.length; at++) row[at] = Math.min(255, ((255 - (row[at] ?? 0)) * 255) / white);
  }
  return { ...page, grey };
}
