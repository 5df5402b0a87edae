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
  for (let at = 0; at < grey.length; at++) if ((grey[at] ?? 255) < darkerThan) count++;
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
export function sampleOf({ across, down, width, height }: Ink, max: number): Ink {
  const step = Math.ceil(across.length / max);
  return { across: across.filter((_, point) => point % step === 0), down: down.filter((_, point) => point % step === 0), width, height };
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
  const rows = Array.from({ length: strips }, () => new Uint32Array(Math.ceil(height)));
  for (let point = 0; point < across.length; point++) {
    const strip = rows[Math.max(0, Math.min(strips - 1, Math.floor((((across[point] ?? 0) + width / 2) / width) * strips)))];
    const row = Math.floor((down[point] ?? 0) + height / 2);
    if (strip !== undefined) strip[row] = (strip[row] ?? 0) + 1;
  }
  return rows;
}

/** The ink in upright strips of the page from left to right, each of the same width. */
export function inkInStrips({ across, down, width, height }: Ink, strips: number): Ink[] {
  const stripOf = Uint8Array.from(across, (value) => Math.min(strips - 1, Math.floor((value / width + 0.5) * strips)));
  return Array.from({ length: strips }, (_, strip) => {
    const inside = (_value: number, point: number) => stripOf[point] === strip;
    return { across: across.filter(inside), down: down.filter(inside), width, height };
  });
}
