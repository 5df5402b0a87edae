import type { PageImage } from "../../../../../functions/stages/ocr/page-image.ts";
import { curled, rotated } from "../degrade/geometry.ts";
import { compressed, grainy, speckled } from "../degrade/noise.ts";
import { blurred, faded } from "../degrade/optics.ts";
import { mapGrey } from "../degrade/resample.ts";
import type { FontName } from "../fonts.ts";
import type { Random } from "../random.ts";
import { adjectives, capital, heading, months, names, nouns, paragraph, places } from "../sentences.ts";
import { Canvas, type Drawing, type Look } from "./canvas.ts";

const a4 = [595, 842] as const;
const sans: readonly FontName[] = ["Helvetica", "DejaVuSans", "DejaVuSansCondensed", "roboto"];
const serifs: readonly FontName[] = ["Times-Roman", "DejaVuSerif"];
const money = (random: Random): string => `${random.integer(1, 9)},${random.integer(100, 999)}.${random.integer(10, 99)}`;
const date = (random: Random): string => `${random.integer(1, 28)} ${random.pick(months)} ${random.integer(1995, 2026)}`;

/** An invoice or a form to fill in: boxes, rules, a table with or without borders, now and then a stamp and a signature. */
export async function form(random: Random): Promise<Drawing> {
  const font = random.pick([...sans, ...serifs]);
  const look = { font, size: random.pick([7.5, 8, 9, 10]) };
  const canvas = await Canvas.open(a4[0], random.pick([420, 600, 842]), [font, "Helvetica-Bold", "Times-Italic"]);
  const bold: Look = { font: "Helvetica-Bold", size: look.size * 1.8 };
  canvas.text(40, 52, random.pick(["INVOICE", "Order form", "Statement of account", "Delivery note"]), bold);
  let y = 80;
  y = random.chance(0.5) ? boxedFields(canvas, random, y, look) : ruledFields(canvas, random, y, look);
  y = table(canvas, random, y + 20, look);
  canvas.paragraph(40, y + 24, 500, paragraph(random, 2), look, canvas.height - 60);
  if (random.chance(0.4)) stamp(canvas, random);
  if (random.chance(0.5)) signature(canvas, random);
  const { page, truth } = await canvas.drawn(random.pick([100, 150, 200, 200, 300]));
  return { page: { ...scanned(page, random), dpi: page.dpi }, truth };
}

const labels = ["Name", "Address", "Date", "Order No.", "Customer", "Telephone", "Reference", "Due date"];

function valueFor(random: Random): string {
  return random.pick([
    random.pick(names),
    random.pick(places),
    date(random),
    String(random.integer(10_000, 999_999)),
    `${random.pick(names)} ${random.pick(names)}`,
  ]);
}

function boxedFields(canvas: Canvas, random: Random, top: number, look: Look): number {
  const height = look.size * 2.6;
  const rows = random.integer(2, 4);
  for (let row = 0; row < rows; row++) {
    const y = top + row * height;
    for (const x of [40, 300]) canvas.box(x, y, 260, height, { border: 0, fill: random.pick([1, 1, 0.9]) });
    const cells = [40, 300].flatMap(
      (x, index) =>
        [
          [x + 5, `${labels[2 * row + index]}:`],
          [x + 95, valueFor(random)],
        ] as const,
    );
    canvas.row(y + height * 0.65, cells, look);
  }
  return top + rows * height;
}

function ruledFields(canvas: Canvas, random: Random, top: number, look: Look): number {
  const step = look.size * 2.2;
  const rows = random.integer(3, 6);
  const dash = random.pick([
    [1, 2],
    [1, 0],
  ]);
  for (let row = 0; row < rows; row++) {
    const y = top + (row + 1) * step;
    canvas.row(
      y,
      [
        [40, labels[row] ?? ""],
        [140, valueFor(random)],
      ],
      look,
    );
    canvas.line(138, y + 2.5, 400, y + 2.5, { dash });
  }
  return top + (rows + 1) * step;
}

function table(canvas: Canvas, random: Random, top: number, look: Look): number {
  const borders = random.pick(["grid", "rows", "none"] as const);
  const step = look.size * random.between(1.5, 2.2);
  const rows = Math.min(random.integer(4, 22), Math.floor((canvas.height - top - 90) / step) - 1);
  const lefts = [40, 90, 330, 400, 480, 555] as const;
  const headFill = random.pick([1, 0.85, 0.1]);
  canvas.box(40, top, 515, step, { fill: headFill, ...(borders === "grid" && { border: 0 }) });
  const rowAt = (index: number, cells: readonly string[], ink: number) =>
    canvas.row(
      top + (index + 0.7) * step,
      cells.map((cell, column) => [column > 1 ? (lefts[column + 1] ?? 0) - 4 : (lefts[column] ?? 0) + 4, cell] as const),
      { ...look, ink },
      [2, 3, 4],
    );
  rowAt(0, ["No.", "Description", "Quantity", "Price", "Amount"], headFill < 0.5 ? 1 : 0);
  for (let row = 1; row <= rows; row++) {
    const name = capital(`${random.pick(adjectives)} ${random.pick(nouns)}`);
    rowAt(row, [String(row), name, String(random.integer(1, 200)), money(random), money(random)], 0);
  }
  for (let row = 0; row <= rows + 1; row++) if (borders !== "none") canvas.line(40, top + row * step, 555, top + row * step);
  for (const x of lefts) if (borders === "grid") canvas.line(x, top, x, top + (rows + 1) * step);
  return top + (rows + 1) * step;
}

function stamp(canvas: Canvas, random: Random): void {
  const ink = random.pick([
    [0.8, 0.1, 0.1],
    [0.1, 0.2, 0.7],
  ] as const);
  const [x, y] = [random.integer(330, 460), canvas.height - random.integer(60, 110)];
  canvas.ellipse(x + 35, y - 4, 62, 30, { border: ink, thickness: 2.5 });
  canvas.unrecorded(x, y, random.pick(["PAID", "COPY", "DONE"]), { font: "Helvetica-Bold", size: 26, ink }, random.integer(-12, 14));
}

function signature(canvas: Canvas, random: Random): void {
  const [left, middle] = [random.integer(60, 200), canvas.height - 50];
  const points = Array.from(
    { length: 40 },
    (_, index) => [left + index * 3 + 8 * Math.sin(index * 1.3), middle + 14 * Math.sin(index * 0.9) * Math.cos(index * 0.31)] as const,
  );
  canvas.polyline(points, { ink: [0.1, 0.1, 0.5], thickness: 1.1 });
}

function scanned(page: PageImage, random: Random): PageImage {
  return random.pick<() => PageImage>([
    () => page,
    () => rotated(page, random.between(-2, 2), 255),
    () => grainy(blurred(page, random.between(0.3, 0.7)), random, random.between(1, 6)),
    () => compressed(page, random.integer(40, 80)),
  ])();
}

/** A page as the web and mail attachments have it: clean, but with few dots an inch. */
export async function pageImage(random: Random): Promise<Drawing> {
  const { page, truth } = await article(random, random.pick([72, 80, 90, 96, 100, 110]), random.pick([9, 10, 10, 11, 12]));
  return { page: random.chance(0.5) ? { ...compressed(page, random.integer(70, 95)), dpi: page.dpi } : page, truth };
}

async function article(random: Random, dpi: number, size: number): Promise<Drawing> {
  const font = random.pick([...sans, ...serifs]);
  const canvas = await Canvas.open(...a4, [font]);
  const columns = random.chance(0.35) ? 2 : 1;
  const [left, top] = [random.integer(45, 80), random.integer(60, 90)];
  const width = (a4[0] - 2 * left - (columns - 1) * 24) / columns;
  canvas.centred(top, heading(random), { font, size: size * 1.7 });
  const bottom = a4[1] - random.integer(60, 300);
  for (let column = 0; column < columns; column++) {
    for (let y = top + size * 4; y < bottom; y += size * 0.8)
      y = canvas.paragraph(left + column * (width + 24), y, width, paragraph(random, random.integer(2, 5)), { font, size }, bottom);
  }
  return await canvas.drawn(dpi);
}

/** A fax: black and white, some with half of the rows or a screen of dots, the sender's line above it, and dust from the line and the glass. */
export async function fax(random: Random): Promise<Drawing> {
  const font = random.pick<FontName>(["Courier", "Helvetica", "Times-Roman", "DejaVuSansMono"]);
  const look = { font, size: random.pick([10, 11, 12]) };
  const canvas = await Canvas.open(a4[0], random.pick([500, 842]), [font, "Courier"]);
  canvas.row(
    22,
    [
      [30, date(random)],
      [220, `FROM ${random.pick(names).toUpperCase()}`],
      [470, `P.0${random.integer(1, 9)}`],
    ],
    { font: "Courier", size: 9 },
  );
  let y = 80;
  for (const label of ["To:", "From:", "Subject:"]) {
    canvas.row(
      y,
      [
        [70, label],
        [150, valueFor(random)],
      ],
      look,
    );
    y += look.size * 1.8;
  }
  if (random.chance(0.6)) canvas.line(60, y, 540, y, { thickness: 1.2 });
  for (y += 30; y < canvas.height - 80; y += 10) y = canvas.paragraph(70, y, 460, paragraph(random, 3), look, canvas.height - 80);
  const { page, truth } = await canvas.drawn(random.pick([100, 200, 200, 204]));
  const crooked = rotated(page, random.chance(0.6) ? random.between(-1.5, 1.5) : 0, 255);
  const noisy = speckled(grainy(blurred(crooked, 0.5), random, random.between(5, 25)), random, random.pick([0, 0.0005, 0.002]));
  const sent = page.dpi > 150 && random.chance(0.3) ? withHalfTheRows(noisy) : noisy;
  const [level, screen] = [random.integer(110, 170), random.chance(0.3) ? random.between(3, 9) : 0];
  return { page: { ...mapGrey(sent, (value, x, y) => (value < level + screen * dotAt(x, y) ? 0 : 255)), dpi: page.dpi }, truth };
}

/** A fax of normal resolution, each row of it printed twice. */
function withHalfTheRows(page: PageImage): PageImage {
  const { grey, width } = page;
  return mapGrey(page, (value, x, y) => (value + (grey[(y ^ 1) * width + x] ?? value)) / 2);
}

const dots = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5];

/** Of a screen by which grey is made of black dots (B. E. Bayer, 1973), -7.5..7.5. */
const dotAt = (x: number, y: number): number => (dots[(y & 3) * 4 + (x & 3)] ?? 0) - 7.5;

/** A leaf of an old book: brown paper, ink that has spread, the next page shining through, the fold at one side. */
export async function oldPrint(random: Random): Promise<Drawing> {
  const font = random.pick<FontName>(["im-fell-english", "im-fell-english", "Times-Roman", "DejaVuSerif"]);
  const size = random.pick([11, 12, 13, 15]);
  const canvas = await Canvas.open(330, random.integer(380, 520), [font]);
  canvas.centred(40, heading(random).toUpperCase(), { font, size: size * 0.9 });
  canvas.line(40, 50, 290, 50);
  for (let y = 50 + size * 2; y < canvas.height - 45; )
    y = canvas.paragraph(38, y, 254, `    ${paragraph(random, 3)}`, { font, size }, canvas.height - 45);
  const { page, truth } = await canvas.drawn(random.pick([120, 150, 200, 300]));
  const spread = blurred(page, random.between(0.5, 0.9) * (page.dpi / 150));
  const [ink, paper] = [random.integer(40, 95), random.integer(185, 230)];
  const through = random.between(0, 0.14);
  const fold = random.between(0, 0.35);
  const aged = mapGrey(faded(spread, ink, paper), (value, x, y) => {
    const behind = (255 - (spread.grey[y * page.width + page.width - 1 - x] ?? 255)) * through;
    return (value - behind) * (1 - fold * Math.max(0, 1 - (8 * x) / page.width));
  });
  const lying = random.chance(0.4) ? curled(aged, random.between(0.003, 0.012), paper) : rotated(aged, random.between(-1.5, 1.5), paper);
  return { page: { ...grainy(lying, random, random.between(2, 7)), dpi: page.dpi }, truth };
}

/** A page of a report: text between a chart, a picture and a table. */
export async function figures(random: Random): Promise<Drawing> {
  const font = random.pick([...sans, ...serifs]);
  const look = { font, size: random.pick([9, 10, 11]) };
  const canvas = await Canvas.open(a4[0], 842, [font]);
  let y = canvas.paragraph(60, 70, 475, paragraph(random, 4), look) + 14;
  chart(canvas, random, y, { font, size: look.size * 0.8 });
  y =
    canvas.paragraph(60, y + 225, 475, `Figure ${random.integer(1, 9)}. ${capital(random.pick(nouns))} by ${random.pick(nouns)}.`, {
      ...look,
      size: look.size * 0.9,
    }) + 12;
  y = canvas.paragraph(60, y, 475, paragraph(random, 4), look) + 6;
  picture(canvas, random, y);
  canvas.paragraph(60, y + 150, 475, paragraph(random, 4), look, 800);
  const { page, truth } = await canvas.drawn(random.pick([100, 150, 200]));
  return { page: { ...scanned(page, random), dpi: page.dpi }, truth };
}

function chart(canvas: Canvas, random: Random, top: number, look: Look): void {
  const bottom = top + 180;
  canvas.polyline(
    [
      [110, top],
      [110, bottom],
      [480, bottom],
    ],
    { thickness: 1 },
  );
  for (let tick = 0; tick < 5; tick++) {
    canvas.row(top + 4 + tick * 42, [[104, String((5 - tick) * 20)]], look, [0]);
    if (random.chance(0.5)) canvas.line(110, top + tick * 42, 480, top + tick * 42, { ink: 0.75, thickness: 0.5 });
  }
  canvas.unrecorded(78, bottom - 40, random.pick(nouns), look, 90);
  const bars = random.chance(0.5);
  for (let series = 0; series < random.integer(1, 3); series++) {
    const points = Array.from({ length: 10 }, (_, index) => [120 + series * 7 + index * 36, bottom - random.integer(10, 170)] as const);
    if (bars) for (const [x, y] of points) canvas.box(x, y, 7, bottom - y, { fill: 0.2 + 0.25 * series });
    else canvas.polyline(points, { ink: [0.3 * series, 0.2, 0.7], thickness: 1.5 });
  }
  const ticks = Array.from({ length: 5 }, (_, index) => [125 + index * 80, String(2000 + index * 5)] as const);
  canvas.row(bottom + 14, ticks, look);
}

function picture(canvas: Canvas, random: Random, top: number): void {
  for (let column = 0; column < 24; column++)
    for (let row = 0; row < 10; row++)
      canvas.box(120 + column * 14, top + row * 12, 14.3, 12.3, {
        fill: 0.5 + 0.3 * Math.sin(column / 4 + random.next()) * Math.cos(row / 3),
      });
}
