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
  const items = random.integer(3, 18);
  const canvas = await Canvas.open(width, step * (items + 22) + 90, [font, "Helvetica-Bold", "Times-Bold"]);
  const printer = tillPrinter(canvas, random, { font, size, margin, step });
  printHead(printer, random);
  printSums(printer, printItems(printer, random, items));
  printer.centred("Thank you for your visit");
  if (random.chance(0.6)) barcode(canvas, random, printer.feed(step / 2));
  return await canvas.drawn(dpi);
}

interface Print {
  readonly font: FontName;
  readonly size: number;
  readonly margin: number;
  readonly step: number;
}

type Printer = ReturnType<typeof tillPrinter>;

/** Prints one line below the other; the letters' case and the kind of rule are the same all over a receipt. */
function tillPrinter(canvas: Canvas, random: Random, { font, size, margin, step }: Print) {
  const look = { font, size };
  const right = canvas.width - margin;
  let y = margin + 6;
  const feed = (points = step) => {
    y += points;
    return y;
  };
  const dashes = (sign: string) => sign.repeat(Math.floor((right - margin) / canvas.widthOf(sign, look)));
  const rule = random.pick<() => void>([
    () => canvas.line(margin, feed() - step / 3, right, y - step / 3, { dash: [2, 2] }),
    () => canvas.line(margin, feed() - step / 3, right, y - step / 3, { thickness: 1 }),
    () => canvas.unrecorded(margin, feed(), dashes("-"), look),
    () => canvas.unrecorded(margin, feed(), dashes("*"), look),
  ]);
  const isUpper = random.chance(0.4);
  const worded = (text: string) => (isUpper ? text.toUpperCase() : text);
  return {
    ...{ canvas, look, feed, rule, worded },
    centred: (text: string) => canvas.centred(feed(), worded(text), look),
    title: (text: string, own: typeof look) => canvas.centred(feed(step * 1.5), worded(text), own),
    /** Two columns, one at each edge. */
    row: (left: string, amount: string) =>
      canvas.row(
        feed(),
        [
          [margin, left],
          [right, amount],
        ],
        look,
        [1],
      ),
  };
}

function printHead(printer: Printer, random: Random): void {
  const { canvas, look, feed } = printer;
  if (random.chance(0.4)) {
    const middle = feed(18);
    canvas.ellipse(canvas.width / 2, middle, random.integer(16, 40), 18, { fill: random.pick([0, 0.2]) });
    feed(24);
  }
  printer.title(`${random.pick(names)} & ${random.pick(names)}`, {
    font: random.pick([look.font, "Helvetica-Bold", "Times-Bold"]),
    size: look.size * random.pick([1, 1.5, 2]),
  });
  printer.centred(`${random.integer(1, 250)} ${random.pick(places)} ${random.pick(nouns)} street`);
  printer.centred(`Tel ${random.integer(100, 999)}-${random.integer(1000, 9999)}`);
  printer.rule();
  const date = random.pick([
    `${random.integer(10, 28)}/${random.integer(10, 12)}/2024`,
    `${random.integer(1, 28)} ${random.pick(months)} 2025`,
  ]);
  printer.row(date, `${random.integer(10, 22)}:${random.integer(10, 59)}`);
  printer.rule();
}

/** @returns the sum of the items, in cents. */
function printItems(printer: Printer, random: Random, items: number): number {
  let total = 0;
  for (let item = 0; item < items; item++) {
    const cents = random.integer(49, 8999);
    const count = random.chance(0.5) ? `${random.integer(1, 9)} x ` : "";
    const noun = random.pick(nouns);
    const second = random.chance(0.3) && printer.canvas.width > 200 ? ` ${random.pick(nouns)}` : "";
    printer.row(printer.worded(`${count}${noun}${second}`), amountOf(cents));
    total += cents;
  }
  printer.rule();
  return total;
}

function printSums({ row, rule, worded }: Printer, total: number): void {
  row(worded("Subtotal"), `$${amountOf(total)}`);
  row(worded("Tax"), `$${amountOf(Math.round(total * 0.07))}`);
  row(worded("TOTAL"), `$${amountOf(Math.round(total * 1.07))}`);
  rule();
}

const amountOf = (cents: number): string => (cents / 100).toFixed(2);

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
