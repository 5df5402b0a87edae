import type { PageImage } from "../page-image.ts";

/** Where ink is on a page: the coordinates, from the centre, of its dark pixels. */
export interface Ink {
  readonly across: Float32Array;
  readonly down: Float32Array;
}

const mostPoints = 60_000;
/** Half way from black to paper: a page is evenly lit before it is asked for its ink. */
const darkerThan = 130;
/** The share of each side at the page's edge that is not looked at: frames, punched holes and the desk. */
const edge = 0.02;

export function inkOf({ grey, width, height }: PageImage): Ink {
  const marginX = Math.round(width * edge);
  const marginY = Math.round(height * edge);
  const across: number[] = [];
  const down: number[] = [];
  for (let y = marginY; y < height - marginY; y++) {
    for (let x = marginX; x < width - marginX; x++) {
      if ((grey[y * width + x] ?? 255) >= darkerThan) continue;
      across.push(x - width / 2);
      down.push(y - height / 2);
    }
  }
  const step = Math.max(1, Math.ceil(across.length / mostPoints));
  return { across: every(step, across), down: every(step, down) };
}

function every(step: number, values: readonly number[]): Float32Array {
  return Float32Array.from({ length: Math.floor(values.length / step) }, (_, index) => values[index * step] ?? 0);
}

/** The same ink after a quarter turn clockwise of its page. */
export function inkTurned({ across, down }: Ink): Ink {
  return { across: down.map((value) => -value), down: across };
}

/** How many pixels of each row are dark within one of so many upright strips of the same width. */
export function inkByRow({ grey, width, height }: PageImage, strip: number, strips: number): Uint32Array {
  const left = Math.floor((strip * width) / strips);
  const right = Math.floor(((strip + 1) * width) / strips);
  const rows = new Uint32Array(height);
  for (let y = 0; y < height; y++) {
    let ink = 0;
    for (let x = left; x < right; x++) if ((grey[y * width + x] ?? 255) < darkerThan) ink++;
    rows[y] = ink;
  }
  return rows;
}

/** The ink in upright strips of the page from left to right, each of the same width. */
export function inkInStrips({ across, down }: Ink, strips: number): Ink[] {
  const reach = across.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const columns = Array.from({ length: strips }, (): { across: number[]; down: number[] } => ({ across: [], down: [] }));
  for (const [index, value] of across.entries()) {
    const strip = columns[Math.min(strips - 1, Math.floor(((value / reach + 1) / 2) * strips))];
    strip?.across.push(value);
    strip?.down.push(down[index] ?? 0);
  }
  return columns.map((strip) => ({ across: Float32Array.from(strip.across), down: Float32Array.from(strip.down) }));
}
