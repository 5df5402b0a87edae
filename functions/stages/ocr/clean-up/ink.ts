import type { PageImage } from "../page-image.ts";

/** The ink on a page of the given size: the coordinates, from its centre, of its dark pixels. */
export interface Ink {
  readonly across: Float32Array;
  readonly down: Float32Array;
  readonly width: number;
  readonly height: number;
}

const darkerThan = 130;

export function inkOf({ grey, width, height }: PageImage): Ink {
  let count = 0;
  for (let at = 0; at < grey.length; at++) count += Number((grey[at] ?? 255) < darkerThan);
  const [across, down] = [new Float32Array(count), new Float32Array(count)];
  let point = 0;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if ((grey[at] ?? 255) >= darkerThan) continue;
      across[point] = x + 0.5 - width / 2;
      down[point++] = y + 0.5 - height / 2;
    }
  }
  return { across, down, width, height };
}

/** As many points as are enough to find angles by. */
export function sampleOf(ink: Ink, max: number): Ink {
  const step = Math.ceil(ink.across.length / max);
  if (step <= 1) return ink;
  const count = Math.ceil(ink.across.length / step);
  const [across, down] = [new Float32Array(count), new Float32Array(count)];
  for (let point = 0, from = 0; point < count; point++, from += step) {
    across[point] = ink.across[from] ?? 0;
    down[point] = ink.down[from] ?? 0;
  }
  return { ...ink, across, down };
}

/** The same ink after a quarter turn clockwise of its page. */
export function inkTurned({ across, down, width, height }: Ink): Ink {
  return { across: down.map((value) => -value), down: across, width: height, height: width };
}

/** The same ink on a page whose lines fell to the right by `degrees` and are level now. */
export function inkLevelled(ink: Ink, degrees: number): Ink {
  if (degrees === 0) return ink;
  const [sin, cos] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
  const [across, down] = [new Float32Array(ink.across.length), new Float32Array(ink.across.length)];
  for (let point = 0; point < across.length; point++) {
    const [x, y] = [ink.across[point] ?? 0, ink.down[point] ?? 0];
    across[point] = x * cos + y * sin;
    down[point] = y * cos - x * sin;
  }
  const [wide, high] = [Math.abs(cos), Math.abs(sin)];
  return { across, down, width: ink.width * wide + ink.height * high, height: ink.width * high + ink.height * wide };
}

/** The amount of ink in each row of pixels within each of so many upright strips of the same width. */
export function inkByRow({ across, down, width, height }: Ink, strips: number): Uint32Array[] {
  const count = Math.ceil(height);
  const rows = new Uint32Array(strips * count);
  for (let point = 0; point < across.length; point++) {
    const strip = stripOf(across[point] ?? 0, width, strips);
    const row = Math.floor((down[point] ?? 0) + height / 2);
    if (row < 0 || row >= count) continue;
    const at = strip * count + row;
    rows[at] = (rows[at] ?? 0) + 1;
  }
  return Array.from({ length: strips }, (_, strip) => rows.subarray(strip * count, (strip + 1) * count));
}

const stripOf = (across: number, width: number, strips: number): number =>
  Math.max(0, Math.min(strips - 1, Math.floor((across / width + 0.5) * strips)));

/** The ink in upright strips of the page from left to right, each of the same width. */
export function inkInStrips({ across, down, width, height }: Ink, strips: number): Ink[] {
  const counts = new Uint32Array(strips);
  for (let point = 0; point < across.length; point++) {
    const strip = stripOf(across[point] ?? 0, width, strips);
    counts[strip] = (counts[strip] ?? 0) + 1;
  }
  const inks = Array.from(counts, (count) => ({ across: new Float32Array(count), down: new Float32Array(count), width, height }));
  counts.fill(0);
  for (let point = 0; point < across.length; point++) {
    const strip = stripOf(across[point] ?? 0, width, strips);
    const at = counts[strip] ?? 0;
    const ink = inks[strip] as Ink;
    ink.across[at] = across[point] ?? 0;
    ink.down[at] = down[point] ?? 0;
    counts[strip] = at + 1;
  }
  return inks;
}
