import jpeg from "jpeg-js";
import type { PageImage } from "../../../../../functions/stages/ocr/page-image.ts";
import type { Random } from "../random.ts";
import { mapGrey } from "./resample.ts";

/** Grain of a sensor: normally distributed, of the given standard deviation in grey values. */
export function grainy(page: PageImage, random: Random, deviation: number): PageImage {
  return mapGrey(page, (value) => value + random.normal() * deviation);
}

/** Dust and drop-outs: the given share of the pixels is black or white. */
export function speckled(page: PageImage, random: Random, share: number): PageImage {
  return mapGrey(page, (value) => (random.chance(share) ? random.pick([0, 255]) : value));
}

/** The page after a JPEG encoder of the given quality. */
export function compressed(page: PageImage, quality: number): PageImage {
  const { data, width, height } = jpeg.decode(jpegOf(page, quality), { useTArray: true, formatAsRGBA: false });
  return { ...page, width, height, grey: Uint8Array.from({ length: width * height }, (_, index) => data[index * 3] ?? 0) };
}

export function jpegOf({ grey, width, height }: PageImage, quality: number): Buffer {
  const data = new Uint8Array(width * height * 4).fill(255);
  for (const [index, value] of grey.entries()) data.fill(value, index * 4, index * 4 + 3);
  return jpeg.encode({ data, width, height }, quality).data;
}
