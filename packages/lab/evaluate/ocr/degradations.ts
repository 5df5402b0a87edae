import type { PageImage } from "../../../../functions/stages/ocr/page-image.ts";
import { curled, inPerspective, rotated } from "./degrade/geometry.ts";
import { compressed, grainy, speckled } from "./degrade/noise.ts";
import { blurred, faded, inverted, shaded } from "./degrade/optics.ts";
import type { Random } from "./random.ts";

export interface Degradation {
  readonly name: string;
  readonly apply: (page: PageImage, random: Random) => PageImage;
}

type Recipe = (random: Random) => Degradation;

const rotation =
  (max: number): Recipe =>
  (random) => {
    const degrees = random.between(0.3 * max, max) * (random.chance(0.5) ? 1 : -1);
    const paper = random.pick([255, 255, 230]);
    return { name: `rotated ${degrees.toFixed(1)}°`, apply: (page) => rotated(page, degrees, paper) };
  };
const quarterTurn: Recipe = (random) => {
  const degrees = random.pick([90, 180, 270]);
  return { name: `turned ${degrees}°`, apply: (page) => rotated(page, degrees, 255) };
};
const grain =
  (min: number, max: number): Recipe =>
  (random) => {
    const deviation = random.between(min, max);
    return { name: `grain ${deviation.toFixed(0)}`, apply: (page, again) => grainy(page, again, deviation) };
  };
const specks =
  (max: number): Recipe =>
  (random) => {
    const share = random.between(max / 4, max);
    return { name: `specks ${(100 * share).toFixed(1)} %`, apply: (page, again) => speckled(page, again, share) };
  };
const blur =
  (min: number, max: number): Recipe =>
  (random) => {
    // In 1/72 inch the same lens blurs more pixels of a finer scan.
    const deviation = random.between(min, max);
    return { name: `blur ${deviation.toFixed(1)}`, apply: (page) => blurred(page, (deviation * (page.dpi ?? 200)) / 200) };
  };
const fading =
  (min: number, max: number): Recipe =>
  (random) => {
    const ink = random.integer(40, 150);
    const contrast = random.integer(min, max);
    return { name: `contrast ${contrast}`, apply: (page) => faded(page, ink, Math.min(250, ink + contrast)) };
  };
const shadow =
  (min: number, max: number): Recipe =>
  (random) => {
    const depth = random.between(min, max);
    return { name: `shadow ${depth.toFixed(2)}`, apply: (page, again) => shaded(page, again, depth) };
  };
const dark: Recipe = () => ({ name: "dark", apply: inverted });
const jpeg =
  (min: number, max: number): Recipe =>
  (random) => {
    const quality = random.integer(min, max);
    return { name: `JPEG ${quality}`, apply: (page) => compressed(page, quality) };
  };
const perspective =
  (max: number): Recipe =>
  (random) => {
    const strength = random.between(max / 3, max);
    const desk = random.pick([255, 90, 40]);
    return { name: `perspective ${strength.toFixed(2)}`, apply: (page, again) => inPerspective(page, again, strength, desk) };
  };
const curl =
  (max: number): Recipe =>
  (random) => {
    const amount = random.between(max / 3, max);
    return { name: `curl ${amount.toFixed(3)}`, apply: (page) => curled(page, amount, 255) };
  };

const mild: readonly Recipe[] = [
  () => ({ name: "clean", apply: (page) => page }),
  rotation(1),
  grain(2, 8),
  blur(0.3, 0.7),
  fading(130, 190),
  jpeg(50, 85),
  shadow(0.05, 0.2),
];

export function mildDegradations(random: Random): Degradation[] {
  return [random.pick(mild)(random)];
}

/** Each is what goes wrong on one kind of page, at a strength at which a person still reads it with ease. */
const hard: readonly (readonly Recipe[])[] = [
  [rotation(15)],
  [quarterTurn],
  [shadow(0.4, 0.75)],
  [fading(35, 60)],
  [dark],
  [jpeg(12, 25)],
  [grain(18, 35)],
  [specks(0.05)],
  [blur(0.9, 1.5)],
  [perspective(0.16), shadow(0.2, 0.5)],
  [rotation(8), grain(8, 16)],
  [dark, rotation(5)],
  [quarterTurn, rotation(4)],
  [curl(0.03), shadow(0.2, 0.4)],
];

export function hardDegradations(random: Random, index: number): Degradation[] {
  return (hard[index % hard.length] ?? []).map((recipe) => recipe(random));
}

/** In the order in which they befall a page: how it lies, how it is lit and seen, what the camera and the file add. */
const mixed: readonly (readonly [probability: number, recipe: Recipe])[] = [
  [0.15, curl(0.02)],
  [0.2, perspective(0.14)],
  [0.45, rotation(12)],
  [0.3, quarterTurn],
  [0.3, blur(0.4, 1.1)],
  [0.35, fading(45, 150)],
  [0.15, dark],
  [0.4, shadow(0.2, 0.65)],
  [0.4, grain(4, 18)],
  [0.12, specks(0.03)],
  [0.35, jpeg(18, 60)],
];

export function mixedDegradations(random: Random): Degradation[] {
  const chosen = mixed.filter(([probability]) => random.chance(probability)).map(([, recipe]) => recipe(random));
  return chosen.length >= 2 ? chosen : mixedDegradations(random);
}
