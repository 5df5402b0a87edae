import { turned } from "../clean-up/turn.ts";
import type { PageImage } from "../page-image.ts";

/** Quarter turns clockwise that bring an image upright, after it has been mirrored left to right where it is so. */
const corrections: Readonly<Record<number, { mirrored: boolean; quarters: number }>> = {
  1: { mirrored: false, quarters: 0 },
  2: { mirrored: true, quarters: 0 },
  3: { mirrored: false, quarters: 2 },
  4: { mirrored: true, quarters: 2 },
  5: { mirrored: true, quarters: 3 },
  6: { mirrored: false, quarters: 1 },
  7: { mirrored: true, quarters: 1 },
  8: { mirrored: false, quarters: 3 },
};

/**
 * An image as its camera means it to be seen.
 *
 * @param orientation 1..8: where the image's first row and first column are seen, as Exif numbers it; anything else is 1.
 */
export function upright(image: PageImage, orientation: number): PageImage {
  const { mirrored, quarters } = corrections[orientation] ?? { mirrored: false, quarters: 0 };
  return turned(mirrored ? mirroredAcross(image) : image, quarters);
}

function mirroredAcross(image: PageImage): PageImage {
  const grey = image.grey.slice();
  for (let row = 0; row < image.height; row++) grey.subarray(row * image.width, (row + 1) * image.width).reverse();
  return { ...image, grey };
}
