import type { ImageSize } from "../../document-checks.ts";
import type { DecodedImage } from "./decoder.ts";
import { onPaper } from "./on-paper.ts";

/** Between the brightest and the darkest of a pixel's colours; the yellow of old paper has less. */
const minColour = 80;
/** Of all pixels: with fewer the colours are links, a logo or a signature. */
const minColouredShare = 0.005;
/** The tints of a larger page would take too much memory. */
const maxTintedPixels = 10_000_000;

/** Each strip costs some milliseconds. */
const stripBytes = 8 * 1024 * 1024;
/** A strip has a multiple of these rows, in which libvips decodes. */
const blockRows = 16;

/**
 * Takes an image apart strip by strip, so that its samples, which take up to four times the memory of a page, are never held all at once.
 * What is transparent lies on paper.
 *
 * @param bands grey, or red, green and blue; after these the opacity where there is a second or a fourth one.
 * @param samplesOf gives the samples of the next rows, all bands of a pixel together.
 */
export function planesOf(
  { width, height }: ImageSize,
  bands: number,
  samplesOf: (top: number, rows: number) => Uint8Array,
): Omit<DecodedImage, "orientation"> {
  const pixels = width * height;
  const plane = () => new Uint8Array(pixels);
  const grey = plane();
  const opacity = bands === 2 || bands > 3 ? plane() : undefined;
  const tints = bands > 2 && pixels <= maxTintedPixels ? ([plane(), plane()] as const) : undefined;
  const stripRows = blockRows * Math.max(1, Math.floor(stripBytes / (blockRows * width * bands)));
  let coloured = 0;
  for (let top = 0; top < height; top += stripRows) {
    const samples = samplesOf(top, Math.min(stripRows, height - top));
    const from = top * width;
    if (bands < 3) takeBand(0, samples, bands, grey, from);
    else coloured += takeGrey(samples, bands, grey, from);
    if (opacity !== undefined) takeBand(bands === 2 ? 1 : 3, samples, bands, opacity, from);
    if (tints !== undefined) takeTints(samples, bands, tints, from);
  }
  const isColoured = coloured > 0 && coloured >= minColouredShare * pixels;
  const kept = isColoured && tints !== undefined ? tints : [];
  if (opacity !== undefined) for (const values of [grey, ...kept]) onPaper(values, opacity);
  return { grey, width, height, isColoured, tints: kept };
}

function takeBand(band: number, samples: Uint8Array, bands: number, to: Uint8Array, from: number): void {
  for (let pixel = from, at = band; at < samples.length; pixel++, at += bands) to[pixel] = samples[at] ?? 0;
}

/** Red, green and blue weigh as the eye weighs them (ITU-R BT.601). @returns the number of coloured pixels. */
function takeGrey(samples: Uint8Array, bands: number, to: Uint8Array, from: number): number {
  let coloured = 0;
  for (let pixel = from, at = 0; at < samples.length; pixel++, at += bands) {
    const red = samples[at] ?? 0;
    const green = samples[at + 1] ?? 0;
    const blue = samples[at + 2] ?? 0;
    to[pixel] = (77 * red + 150 * green + 29 * blue) >> 8;
    if (brightestOf(red, green, blue) - darkestOf(red, green, blue) > minColour) coloured++;
  }
  return coloured;
}

function takeTints(samples: Uint8Array, bands: number, [brightest, darkest]: readonly [Uint8Array, Uint8Array], from: number): void {
  for (let pixel = from, at = 0; at < samples.length; pixel++, at += bands) {
    const red = samples[at] ?? 0;
    const green = samples[at + 1] ?? 0;
    const blue = samples[at + 2] ?? 0;
    brightest[pixel] = brightestOf(red, green, blue);
    darkest[pixel] = darkestOf(red, green, blue);
  }
}

/** Comparing them is faster than `Math.max`. */
function brightestOf(red: number, green: number, blue: number): number {
  if (red > green) return red > blue ? red : blue;
  return green > blue ? green : blue;
}

function darkestOf(red: number, green: number, blue: number): number {
  if (red < green) return red < blue ? red : blue;
  return green < blue ? green : blue;
}
