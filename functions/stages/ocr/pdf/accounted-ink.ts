import { groundOf } from "../clean-up/contrast.ts";
import type { PageImage } from "../page-image.ts";
import { type PageCharacters, slanted } from "./page-layer.ts";
import type { Box, Part } from "./render-size.ts";

/** Points around a character that count as its own: a layer under a scan is not laid to the point. */
const margin = 1;
/** Grey values from the ground that count as something. */
const minDifference = 24;

/** The image with what the characters account for painted over in the colour of its ground. */
export function withoutCharacters(image: PageImage, characters: PageCharacters, part: Part): PageImage {
  const stride = image.width + 1;
  // The corners of every box, added up from the top left: however many boxes there are, each pixel is visited once.
  const counts = new Int32Array(stride * (image.height + 1));
  const add = (at: number, value: number) => {
    counts[at] = (counts[at] ?? 0) + value;
  };
  for (const [left, top, right, bottom] of pixelBoxes(characters, part, image)) {
    add(top * stride + left, 1);
    add(top * stride + right, -1);
    add(bottom * stride + left, -1);
    add(bottom * stride + right, 1);
  }
  const ground = groundOf(image);
  const grey = image.grey.slice();
  summed(counts, stride);
  for (let y = 0, at = 0; y < image.height; y++) {
    for (let x = 0; x < image.width; x++, at++) if ((counts[y * stride + x] ?? 0) > 0) grey[at] = ground;
  }
  return { ...image, grey };
}

/** The part of the characters in whose place something is drawn, in an image without the characters themselves. */
export function shareOverInk(image: PageImage, characters: PageCharacters, part: Part): number {
  const stride = image.width + 1;
  const ink = new Int32Array(stride * (image.height + 1));
  const ground = groundOf(image);
  for (let y = 0, at = 0; y < image.height; y++) {
    for (let x = 0; x < image.width; x++, at++)
      if (Math.abs((image.grey[at] ?? 0) - ground) >= minDifference) ink[(y + 1) * stride + x + 1] = 1;
  }
  summed(ink, stride);
  const upTo = (x: number, y: number) => ink[y * stride + x] ?? 0;
  let [over, all] = [0, 0];
  for (const [left, top, right, bottom] of pixelBoxes(characters, part, image)) {
    all++;
    if (upTo(right, bottom) - upTo(left, bottom) - upTo(right, top) + upTo(left, top) > 0) over++;
  }
  return all === 0 ? 0 : over / all;
}

/** Each value becomes the sum of all above it and to its left, and its own. */
function summed(values: Int32Array, stride: number): void {
  for (let at = 0; at < values.length; at++) {
    const above = values[at - stride] ?? 0;
    const before = at % stride === 0 ? 0 : (values[at - 1] ?? 0) - (values[at - stride - 1] ?? 0);
    values[at] = (values[at] ?? 0) + above + before;
  }
}

/**
 * The rooms of the characters in pixels: left, top, right and bottom, the last two not included. Upright rectangles around
 * slanted characters would take in what they only lie across.
 */
function* pixelBoxes(
  { boxes, turns }: PageCharacters,
  part: Part,
  { width, height }: PageImage,
): Generator<[number, number, number, number]> {
  for (let at = 0; at < boxes.length; at += 4) {
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = boxes.subarray(at, at + 4);
    if (x1 <= x0 || y1 <= y0 || turns[at / 4] === slanted) continue;
    const left = Math.max(0, Math.floor((x0 - margin) * part.scale) - part.left);
    const top = Math.max(0, Math.floor((y0 - margin) * part.scale) - part.top);
    const right = Math.min(width, Math.ceil((x1 + margin) * part.scale) - part.left);
    const bottom = Math.min(height, Math.ceil((y1 + margin) * part.scale) - part.top);
    if (left < right && top < bottom) yield [left, top, right, bottom];
  }
}

/** In points: white that is left around what stands on a page. */
const padding = 18;

/** The part of an image that differs from its ground, with some of that around it; nothing where nothing does. */
export function contentOf(image: PageImage, part: Part): { image: PageImage; box: Box } | undefined {
  const bounds = boundsOf(image);
  if (bounds === undefined) return undefined;
  const pad = Math.ceil(padding * part.scale) + 1;
  const [left, top] = [Math.max(0, bounds.left - pad), Math.max(0, bounds.top - pad)];
  const [right, bottom] = [Math.min(image.width, bounds.right + pad), Math.min(image.height, bounds.bottom + pad)];
  const grey = new Uint8Array((right - left) * (bottom - top));
  for (let y = top; y < bottom; y++)
    grey.set(image.grey.subarray(y * image.width + left, y * image.width + right), (y - top) * (right - left));
  const points = (pixels: number): number => pixels / part.scale;
  return {
    image: { ...image, grey, width: right - left, height: bottom - top },
    box: {
      left: points(part.left + left),
      top: points(part.top + top),
      right: points(part.left + right),
      bottom: points(part.top + bottom),
    },
  };
}

function boundsOf(image: PageImage): Box | undefined {
  const { grey, width, height } = image;
  const ground = groundOf(image);
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (Math.abs((grey[at] ?? 0) - ground) < minDifference) continue;
      if (x < left) left = x;
      if (x >= right) right = x + 1;
      if (y < top) top = y;
      bottom = y + 1;
    }
  }
  return right === 0 ? undefined : { left, top, right, bottom };
}
