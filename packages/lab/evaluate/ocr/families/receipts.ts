import type { PageImage } from "../../../../../functions/stages/ocr/page-image.ts";
import { rotated } from "../degrade/geometry.ts";
import { grainy } from "../degrade/noise.ts";
import { blurred } from "../degrade/optics.ts";
import { laidOn, mapGrey } from "../degrade/resample.ts";
import type { FontName } from "../fonts.ts";
import type { Random } from "../random.ts";
import { months, names, nouns, places } from "../sentences.ts";
import { Canvas, type Drawing } from "./canvas.ts";

const faces: readonly FontName[] = ["Courier", "Courier-Bold", "DejaVuSansMono", "vt323", "Helvetica", "DejaVuSansCondensed"];
const a4 = { width: 595, height: 842 } as const;

/** A till receipt: narrow, with rules, a logo, a bar code and pale print, laid on the glass of a scanner or cropped tight. */
export async function receipt(random: Random): Promise<Drawing> {
  const dpi = random.pick([100, 150, 200, 300, 400]);
  const onA4 = random.chance(0.4);
  const { page, truth } = await tape(random, onA4 || random.chance(0.6) ? dpi : 600);
  const worn = random.chance(0.4) ? faded(page, random) : page;
  const crooked = rotated(worn, random.chance(0.5) ? 0 : random.between(-3, 3), 245);
  const laid = onA4 ? onGlass(crooked, random) : crooked;
  const seen = random.chance(0.5) ? grainy(blurred(laid, random.between(0.3, 0.7)), random, random.between(1, 5)) : laid;
  return { page: { ...seen, dpi: page.dpi }, truth };
}

async function tape(random: Random, dpi: number): Promise<Drawing> {
  const font = random.pick(faces);
  const width = random.pick([140, 165, 210, 226]);
  const size = random.pick([7, 8, 9, 10]) * (font === "vt323" ? 1.4 : 1);
  const margin = random.integer(4, 14);
  const step = size * random.between(1.1, 1.45);
  const look = { font, size };
  const items = random.integer(3, 18);
  const canvas = await Canvas.open(width, step * (items + 22) + 90, [font, "Helvetica-Bold", "Times-Bold"]);
  const rules = random.pick<() => void>([
    () => canvas.line(margin, y - step / 3, width - margin, y - step / 3, { dash: [2, 2] }),
    () => canvas.line(margin, y - step / 3, width - margin, y - step / 3, { thickness: 1 }),
    () => canvas.unrecorded(margin, y, "-".repeat(Math.floor((width - 2 * margin) / canvas.widthOf("-", look))), look),
    () => canvas.unrecorded(margin, y, "*".repeat(Math.floor((width - 2 * margin) / canvas.widthOf("*", look))), look),
  ]);
  const upper = random.chance(0.4);
  const worded = (text: string) => (upper ? text.toUpperCase() : text);
  let y = margin + 6;
  const next = (write: () => void) => {
    y += step;
    write();
  };
  if (random.chance(0.4)) {
    canvas.ellipse(width / 2, y + 18, random.integer(16, 40), 18, { fill: random.pick([0, 0.2]) });
    y += 42;
  }
  y += step * 1.5;
  canvas.centred(y, worded(`${random.pick(names)} & ${random.pick(names)}`), {
    font: random.pick([font, "Helvetica-Bold", "Times-Bold"]),
    size: size * random.pick([1, 1.5, 2]),
  });
  next(() => canvas.centred(y, worded(`${random.integer(1, 250)} ${random.pick(places)} ${random.pick(nouns)} street`), look));
  next(() => canvas.centred(y, `Tel ${random.integer(100, 999)}-${random.integer(1000, 9999)}`, look));
  next(rules);
  const date = random.pick([
    `${random.integer(10, 28)}/${random.integer(10, 12)}/2024`,
    `${random.integer(1, 28)} ${random.pick(months)} 2025`,
  ]);
  next(() =>
    canvas.row(
      y,
      [
        [margin, date],
        [width - margin, `${random.integer(10, 22)}:${random.integer(10, 59)}`],
      ],
      look,
      [1],
    ),
  );
  next(rules);
  let total = 0;
  for (let item = 0; item < items; item++) {
    const cents = random.integer(49, 8999);
    total += cents;
    const name = worded(
      `${random.chance(0.5) ? `${random.integer(1, 9)} x ` : ""}${random.pick(nouns)}${random.chance(0.3) && width > 200 ? ` ${random.pick(nouns)}` : ""}`,
    );
    next(() =>
      canvas.row(
        y,
        [
          [margin, name],
          [width - margin, (cents / 100).toFixed(2)],
        ],
        look,
        [1],
      ),
    );
  }
  next(rules);
  const sums = [
    ["Subtotal", total],
    ["Tax", Math.round(total * 0.07)],
    ["TOTAL", Math.round(total * 1.07)],
  ] as const;
  for (const [name, cents] of sums)
    next(() =>
      canvas.row(
        y,
        [
          [margin, worded(name)],
          [width - margin, `$${(cents / 100).toFixed(2)}`],
        ],
        look,
        [1],
      ),
    );
  next(rules);
  next(() => canvas.centred(y, worded("Thank you for your visit"), look));
  if (random.chance(0.6)) barcode(canvas, random, y + step / 2);
  return await canvas.drawn(dpi);
}

function barcode(canvas: Canvas, random: Random, top: number): void {
  const left = canvas.width * 0.15;
  for (let x = left; x < canvas.width * 0.85; x += random.integer(1, 3)) {
    const bar = random.pick([0.7, 1.4, 2.1]);
    canvas.box(x, top, bar, 26, { fill: 0 });
    x += bar;
  }
}

/** Thermal print pales with light and warmth, and where the print head is dirty there are white streaks. */
function faded(page: PageImage, random: Random): PageImage {
  const [left, right] = [random.integer(60, 170), random.integer(60, 170)];
  const streaks = new Set(Array.from({ length: random.integer(0, 3) }, () => random.integer(0, page.width - 1)));
  return mapGrey(page, (value, x) =>
    streaks.has(x) ? 250 : 250 - ((255 - value) * (250 - left - ((right - left) * x) / page.width)) / 255,
  );
}

/** On a scanner's glass: the lid behind it is white, grey or, left open, black, and the paper throws a narrow shadow. */
function onGlass(page: PageImage, random: Random): PageImage {
  const dpi = page.dpi ?? 200;
  const [width, height] = [Math.round((a4.width * dpi) / 72), Math.round((a4.height * dpi) / 72)];
  const lid = random.pick([255, 255, 225, 60]);
  const left = random.integer(0, Math.max(0, width - page.width));
  const shadow = Math.round(dpi / random.integer(15, 40));
  const glass = { grey: new Uint8Array(width * height).fill(lid), width, height, dpi };
  const shade = { grey: new Uint8Array(shadow * page.height).fill(Math.min(lid, 130)), width: shadow, height: page.height };
  const top = random.integer(0, Math.max(0, Math.min(height - page.height, 200)));
  return laidOn(laidOn(glass, shade, left + page.width, top), page, left, top);
}
