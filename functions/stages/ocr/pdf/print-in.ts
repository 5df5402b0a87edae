import { contrastOf, groundOf, inverted, isDark, tonesOf } from "../clean-up/contrast.ts";
import { lettersOf, type Part as Shape } from "../clean-up/letters.ts";
import { reduced } from "../clean-up/resize.ts";
import { nextInRow } from "../clean-up/rows.ts";
import type { PageImage } from "../page-image.ts";

/** Letters in a row that make it a line; leaves and gravel come in twos and threes. */
const minInLine = 4;
/** Texture beyond this is not sorted into lines. */
const maxShapes = 30_000;

/** Grey values between ink and paper: less is the grain of the paper, where all print is painted over. */
const minContrast = 32;

/**
 * The number of letters on a drawn page that stand in lines. Pictures, rules and shapes have none, or few.
 *
 * @param whole the same page with the print that is painted over: it tells ink from paper.
 */
export function lettersInLines(page: PageImage, whole: PageImage): number {
  const dark = isDark(whole);
  const turned = (image: PageImage): PageImage => (dark ? inverted(image) : image);
  const light = turned(whole);
  const tones = tonesOf(light);
  if (contrastOf(tones) < minContrast) return 0;
  const { letters } = lettersOf(turned(page), tones.threshold);
  return letters.length > maxShapes ? letters.length : countInLines(letters.toSorted((one, other) => one.left - other.left));
}

/** Pixels at which letters of 6 points on a page of A4 are still letters. */
const enoughPixels = 1_170_000;

/** True where something on a drawn page has the shape of a letter, however large. */
export function hasLetterShapes(image: PageImage): boolean {
  const small = reduced(image, Math.max(1, Math.round(Math.sqrt((image.width * image.height) / enoughPixels))));
  const light = groundOf(small) < 128 ? inverted(small) : small;
  // A letter is small against its page: the page is given a long white margin below.
  const grey = new Uint8Array(light.width * marginFactor * Math.max(light.width, light.height)).fill(255);
  grey.set(light.grey);
  return lettersOf({ grey, width: light.width, height: grey.length / light.width }, tonesOf(light).threshold).letters.length > 0;
}

const marginFactor = 3;

function countInLines(shapes: readonly Shape[]): number {
  const line = shapes.map((_, index) => index);
  const rootOf = (index: number): number => {
    let root = index;
    while (line[root] !== root) root = line[root] ?? root;
    return root;
  };
  for (const index of shapes.keys()) {
    const next = nextInRow(shapes, index);
    if (next !== undefined) line[rootOf(next)] = rootOf(index);
  }
  const sizes = new Map<number, number>();
  for (const index of line.keys()) sizes.set(rootOf(index), (sizes.get(rootOf(index)) ?? 0) + 1);
  return [...sizes.values()].filter((size) => size >= minInLine).reduce((sum, size) => sum + size, 0);
}
