import type { FontName } from "../fonts.ts";
import type { Random } from "../random.ts";
import { adjectives, heading, months, names, nouns, paragraph, places } from "../sentences.ts";
import { Canvas, type Drawing, type Ink, type Look } from "./canvas.ts";

interface Scheme {
  readonly ground: Ink;
  readonly head: Ink;
  readonly headInk: Ink;
  readonly cells: readonly Ink[];
  readonly ink: Ink;
  readonly frame: Ink;
}

/** Print whose colour is told from its ground by more than its brightness: by eye all of it is easily read. */
const schemes: readonly Scheme[] = [
  { ground: 1, head: [0.1, 0.25, 0.7], headInk: 1, cells: [1, [0.75, 0.8, 1]], ink: 0, frame: [1, 0, 0] },
  {
    ground: 1,
    head: [0.75, 0.05, 0.1],
    headInk: 1,
    cells: [
      [1, 0.4, 0.4],
      [1, 0.75, 0.3],
    ],
    ink: 0,
    frame: [0.8, 0, 0],
  },
  { ground: [0.05, 0.1, 0.5], head: [0.9, 0.75, 0], headInk: 0, cells: [[0.05, 0.1, 0.5]], ink: [1, 0.9, 0.2], frame: [0.5, 0.5, 1] },
  { ground: [0.9, 0.1, 0.1], head: [0.6, 0, 0], headInk: 1, cells: [[0.9, 0.1, 0.1]], ink: 0, frame: [0.4, 0, 0] },
  { ground: [0.1, 0.35, 0.9], head: 0, headInk: 1, cells: [[0.1, 0.35, 0.9]], ink: 0, frame: [0.3, 0.6, 1] },
  { ground: 1, head: [1, 0.9, 0.1], headInk: [0.9, 0.1, 0.1], cells: [1], ink: [0.95, 0.75, 0], frame: [0.9, 0.9, 0.6] },
  { ground: [0.95, 0.85, 0.2], head: [0.2, 0.6, 0.2], headInk: 1, cells: [[0.95, 0.85, 0.2]], ink: 1, frame: [0.8, 0.7, 0.1] },
  { ground: 1, head: [0.1, 0.5, 0.3], headInk: 1, cells: [1, [0.85, 0.95, 0.85]], ink: [0.1, 0.1, 0.4], frame: [0.3, 0.7, 0.4] },
];

/** A table or a notice in colours: coloured grounds, coloured print, and coloured frames around or across its words. */
export async function coloured(random: Random): Promise<Drawing> {
  const scheme = random.pick(schemes);
  const font = random.pick<FontName>(["Helvetica", "roboto", "DejaVuSans", "Helvetica-Bold"]);
  const look = { font, size: random.integer(10, 14), ink: scheme.ink };
  const canvas = await Canvas.open(random.integer(420, 800), random.integer(300, 620), [font]);
  canvas.box(0, 0, canvas.width, canvas.height, { fill: scheme.ground });
  canvas.box(0, 0, canvas.width, look.size * 3, { fill: scheme.head });
  canvas.text(24, look.size * 2, heading(random), { ...look, size: look.size * 1.3, ink: scheme.headInk });
  if (random.chance(0.7)) rows(canvas, random, scheme, look, look.size * 5);
  else
    for (let y = look.size * 5; y < canvas.height - 20; y += look.size)
      y = canvas.paragraph(24, y, canvas.width - 48, paragraph(random, 3), look, canvas.height - 20);
  return await canvas.drawnInColours(random.pick([72, 72, 96, 150, 200]));
}

function rows(canvas: Canvas, random: Random, { cells, frame }: Scheme, look: Look, top: number): void {
  const step = Math.round(look.size * random.between(1.3, 1.8));
  const columns = [24, 24 + canvas.width * 0.22, 24 + canvas.width * 0.62];
  const framed = random.pick(["words", "rows", "none"] as const);
  for (let y = top; y < canvas.height - step; y += step) {
    const texts = [
      `${random.integer(1, 28)} ${random.pick(months)}`,
      `${random.pick(adjectives)} ${random.pick(nouns)}`,
      random.pick([...names, ...places]),
    ];
    canvas.box(20, y - step * 0.75, canvas.width - 40, step, { fill: random.pick(cells), ...(framed === "rows" && { border: frame }) });
    if (framed === "words") for (const [column, text] of texts.entries()) frames(canvas, columns[column] ?? 0, y, text, look, frame);
    canvas.row(
      y,
      texts.map((text, column) => [columns[column] ?? 0, text] as const),
      look,
    );
  }
}

/** A frame close around each word, as tools draw them that show what they found on a page. */
function frames(canvas: Canvas, left: number, y: number, text: string, look: Look, border: Ink): void {
  let x = left;
  for (const word of text.split(" ")) {
    const width = canvas.widthOf(word, look);
    canvas.box(x, y - look.size * 0.78, width, look.size, { border, thickness: 1 });
    x += width + canvas.widthOf(" ", look);
  }
}
