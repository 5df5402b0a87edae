import type { PageImage } from "../../../../../functions/stages/ocr/page-image.ts";
import type { Random } from "../random.ts";
import { mapGrey } from "./resample.ts";

/** Out of focus: a Gaussian of the given standard deviation in pixels. */
export function blurred(page: PageImage, deviation: number): PageImage {
  const reach = Math.ceil(deviation * 3);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, index) => Math.exp(-((index - reach) ** 2) / (2 * deviation ** 2)));
  const along = (image: PageImage, stepX: number, stepY: number) =>
    mapGrey(image, (_, x, y) => {
      let sum = 0;
      let total = 0;
      for (const [index, weight] of weights.entries()) {
        const column = x + (index - reach) * stepX;
        const row = y + (index - reach) * stepY;
        if (column < 0 || row < 0 || column >= image.width || row >= image.height) continue;
        sum += weight * (image.grey[row * image.width + column] ?? 0);
        total += weight;
      }
      return sum / total;
    });
  return along(along(page, 1, 0), 0, 1);
}

/** Pale ink on grey paper: black becomes `ink`, white becomes `paper`. */
export function faded(page: PageImage, ink: number, paper: number): PageImage {
  return mapGrey(page, (value) => ink + ((paper - ink) * value) / 255);
}

export function inverted(page: PageImage): PageImage {
  return mapGrey(page, (value) => 255 - value);
}

/**
 * Light that falls off across the page, and the shadow of a hand or a head with a soft edge.
 *
 * @param depth the share of the light that the darkest place lacks.
 */
export function shaded(page: PageImage, random: Random, depth: number): PageImage {
  const angle = random.between(0, 2 * Math.PI);
  const edge = random.between(-0.25, 0.25);
  const softness = random.between(0.03, 0.3);
  const falloff = random.between(0.2, 0.6);
  return mapGrey(page, (value, x, y) => {
    const across = (x / page.width - 0.5) * Math.cos(angle) + (y / page.height - 0.5) * Math.sin(angle);
    const shadow = 1 / (1 + Math.exp(-(across - edge) / (softness / 4)));
    const light = 1 - depth * ((1 - falloff) * shadow + falloff * (across / 1.4 + 0.5));
    return value * light;
  });
}
