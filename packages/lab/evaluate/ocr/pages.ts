import jpeg from "jpeg-js";
import { PNG } from "pngjs";
import type { ScannedDocument } from "../../../../functions/stages/document.ts";
import type { PageImage } from "../../../../functions/stages/ocr/page-image.ts";
import { type Degradation, hardDegradations, mildDegradations, mixedDegradations } from "./degradations.ts";
import { jpegOf } from "./degrade/noise.ts";
import { type Family, families } from "./families/families.ts";
import type { FontName } from "./fonts.ts";
import { createRandom, type Random } from "./random.ts";
import { renderSheet } from "./render-sheet.ts";
import { heading, paragraph } from "./sentences.ts";
import { type Sheet, typeset } from "./typeset.ts";

const plainGroups = ["clean and mild", "hard", "unseen mixes"] as const;
export const pageGroups = [...plainGroups, ...(Object.keys(families) as Family[])];
export type PageGroup = (typeof plainGroups)[number] | Family;

/** True if the text on such a page has an order in which everybody would read it: labels on signs and maps have none. */
export const isOrdered = (group: PageGroup): boolean =>
  !["signs and packages", "maps", "screenshots", "no text", "foreign scripts", "coloured print"].includes(group);

/** A page whose text is known. */
export interface TestPage {
  readonly group: PageGroup;
  /** The page's font, resolution and faults, for a reader of the figures. */
  readonly description: string;
  readonly document: ScannedDocument;
  readonly truth: string;
}

const fonts: readonly FontName[] = [
  ...(["Helvetica", "Helvetica-Bold", "Helvetica-Oblique", "Times-Roman", "Times-Bold", "Times-Italic", "Courier"] as const),
  ...(["DejaVuSans", "DejaVuSans-Bold", "DejaVuSansCondensed", "DejaVuSerif", "DejaVuSerif-Italic", "DejaVuSansMono"] as const),
];

/** The pages of a group: the n-th page of a seed is always the same. */
export async function testPage(group: PageGroup, seed: number, index: number): Promise<TestPage> {
  const random = createRandom(seed * 1_000_003 + index * 97 + pageGroups.indexOf(group));
  if (!isPlain(group)) {
    const { page, colours, truth } = await families[group](random);
    const document = colours === undefined ? filed(page, random) : filedInColours({ ...page, colours }, random);
    return { group, description: `${page.width} × ${page.height}, ${page.dpi} dpi`, document, truth };
  }
  return await plainPage(group, random, index);
}

const isPlain = (group: PageGroup): group is (typeof plainGroups)[number] => plainGroups.some((plain) => plain === group);

/** A sheet of running text, degraded as its group says. */
async function plainPage(group: (typeof plainGroups)[number], random: Random, index: number): Promise<TestPage> {
  const sheet = randomSheet(random);
  const { pdf, text } = await typeset(sheet);
  const dpi = random.pick([150, 200, 200, 240, 300]);
  const degradations = degradationsOf(group, random, index);
  const page = degradations.reduce<PageImage>((image, { apply }) => apply(image, random), await renderSheet(pdf, dpi));
  const description = [
    `${sheet.font} ${sheet.fontSize} pt`,
    `${dpi} dpi`,
    sheet.columns === 2 ? "two columns" : "",
    ...degradations.map(({ name }) => name),
  ];
  return { group, description: description.filter(Boolean).join(", "), document: filed(page, random), truth: text };
}

function degradationsOf(group: (typeof plainGroups)[number], random: Random, index: number): readonly Degradation[] {
  if (group === "clean and mild") return mildDegradations(random);
  return group === "hard" ? hardDegradations(random, index) : mixedDegradations(random);
}

function randomSheet(random: Random): Sheet {
  const columns = random.chance(0.3) ? 2 : 1;
  const width = columns === 2 ? random.integer(420, 595) : random.integer(300, 595);
  return {
    size: [width, random.integer(300, 560)],
    margin: random.integer(28, 60),
    columns,
    font: random.pick(fonts),
    fontSize: columns === 2 ? random.pick([8, 9, 10]) : random.pick([8, 9, 10, 11, 12, 14]),
    leading: random.between(1.12, 1.6),
    ...(random.chance(0.4) && { heading: heading(random) }),
    paragraphs: Array.from({ length: random.integer(3, 9) }, () => paragraph(random, random.integer(2, 6))),
  };
}

function filed(page: PageImage, random: Random): ScannedDocument {
  if (random.chance(0.4)) return { type: "image/jpeg", bytes: jpegOf(page, random.integer(80, 95)) };
  return { type: "image/png", bytes: pngOf(page) };
}

function filedInColours({ width, height, colours }: ColouredPage, random: Random): ScannedDocument {
  if (random.chance(0.3)) {
    const data = Buffer.from(colours);
    return { type: "image/jpeg", bytes: jpeg.encode({ data, width, height }, random.integer(80, 95)).data };
  }
  return { type: "image/png", bytes: colourPngOf({ width, height, colours }) };
}

interface ColouredPage {
  readonly width: number;
  readonly height: number;
  readonly colours: Uint8Array;
}

export function colourPngOf({ width, height, colours }: ColouredPage): Buffer {
  const png = new PNG({ width, height });
  png.data = Buffer.from(colours);
  return PNG.sync.write(png);
}

/** A grey PNG. */
export function pngOf({ grey, width, height }: PageImage): Buffer {
  const png = new PNG({ width, height, colorType: 0, inputColorType: 0, bitDepth: 8 });
  png.data = Buffer.from(grey);
  return PNG.sync.write(png, { colorType: 0, inputColorType: 0, bitDepth: 8, inputHasAlpha: false });
}
