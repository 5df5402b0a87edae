import type { PageImage } from "../../../../../functions/stages/ocr/page-image.ts";
import { inPerspective, rotated } from "../degrade/geometry.ts";
import { compressed, grainy } from "../degrade/noise.ts";
import { blurred, shaded } from "../degrade/optics.ts";
import { laidOn } from "../degrade/resample.ts";
import type { FontName } from "../fonts.ts";
import type { Random } from "../random.ts";
import { adjectives, capital, heading, names, nouns, paragraph, places } from "../sentences.ts";
import { Canvas, type Drawing, type Ink, type Look } from "./canvas.ts";

interface Theme {
  readonly back: Ink;
  readonly panel: Ink;
  readonly selected: Ink;
  readonly inks: readonly Ink[];
}

const themes: readonly Theme[] = [
  { back: 1, panel: 0.95, selected: [0.8, 0.88, 1], inks: [0.1, 0.25, [0.1, 0.2, 0.6], [0.6, 0.1, 0.1], [0, 0.4, 0.1]] },
  { back: [0.97, 0.97, 0.98], panel: 0.9, selected: [0.15, 0.4, 0.8], inks: [0, 0.35, [0.05, 0.35, 0.7]] },
  {
    back: [0.12, 0.12, 0.13],
    panel: [0.2, 0.2, 0.22],
    selected: [0.02, 0.25, 0.45],
    inks: [0.9, 0.8, [0.6, 0.8, 0.95], [0.8, 0.6, 0.75], [0.6, 0.8, 0.5]],
  },
  { back: [0.16, 0.16, 0.21], panel: [0.13, 0.13, 0.17], selected: 0.3, inks: [0.95, [0.5, 0.9, 1], [0.95, 0.98, 0.5], [1, 0.5, 0.75]] },
];

/** A screenshot: a light or dark theme, letters of 9 to 14 pixels in colours, icons, a side bar, a selected row, code. */
export async function screenshot(random: Random): Promise<Drawing> {
  const theme = random.pick(themes);
  const code = random.chance(0.4);
  const font = code ? random.pick<FontName>(["DejaVuSansMono", "Courier"]) : random.pick<FontName>(["roboto", "DejaVuSans", "Helvetica"]);
  const look = { font, size: random.integer(9, 14) * (random.chance(0.2) ? 2 : 1) };
  // A point is a pixel.
  const canvas = await Canvas.open(random.integer(500, 1100), random.integer(300, 760), [font]);
  canvas.box(0, 0, canvas.width, canvas.height, { fill: theme.back });
  const left = random.chance(0.5) ? sideBar(canvas, random, theme, look) : 24;
  titleBar(canvas, random, theme, look, left);
  const step = Math.round(look.size * random.between(1.4, 1.9));
  const selected = random.integer(2, 8);
  for (let line = 0, y = look.size * 3.4 + step; y < canvas.height - step / 2; line++, y += step) {
    const chosen = line === selected;
    if (chosen) canvas.box(left - 4, y - step * 0.75, canvas.width - left - 10, step, { fill: theme.selected });
    const ink = chosen && isDark(theme.selected) ? 1 : random.pick(theme.inks);
    canvas.text(
      left + (code ? random.integer(0, 3) * look.size * 1.2 : 0),
      y,
      fitting(canvas, code ? statement(random) : paragraph(random, 2), { ...look }, canvas.width - left - 60),
      { ...look, ink },
    );
  }
  const { page, truth } = await canvas.drawn(72);
  return { page: random.chance(0.25) ? { ...compressed(page, random.integer(60, 90)), dpi: 72 } : page, truth };
}

const isDark = (ink: Ink): boolean => (typeof ink === "number" ? ink : (ink[0] + ink[1] + ink[2]) / 3) < 0.5;

function fitting(canvas: Canvas, text: string, look: Look, width: number): string {
  const words = text.split(" ");
  while (words.length > 1 && canvas.widthOf(words.join(" "), look) > width) words.pop();
  return words.join(" ");
}

function titleBar(canvas: Canvas, random: Random, theme: Theme, look: Look, left: number): void {
  canvas.box(left - 10, 0, canvas.width, look.size * 2.4, { fill: theme.panel });
  for (let icon = 0; icon < 3; icon++)
    canvas.ellipse(canvas.width - 20 - icon * 22, look.size * 1.2, 6, 6, { fill: random.pick(theme.inks) });
  canvas.text(left + 6, look.size * 1.6, heading(random), { ...look, ink: theme.inks[0] ?? 0 });
}

/** Its rows are no part of the reading order that is expected, but of the words. @returns where the content begins. */
function sideBar(canvas: Canvas, random: Random, theme: Theme, look: Look): number {
  const width = look.size * 11;
  canvas.box(0, 0, width, canvas.height, { fill: theme.panel });
  for (let y = look.size * 4; y < canvas.height - look.size; y += look.size * 2.2) {
    const ink = random.pick(theme.inks);
    canvas.box(8, y - look.size * 0.8, look.size * 0.8, look.size * 0.8, { border: ink });
    canvas.text(14 + look.size, y, capital(random.pick(nouns)), { ...look, ink });
  }
  return width + 18;
}

function statement(random: Random): string {
  const [a, b] = [random.pick(nouns), random.pick(nouns)];
  return random.pick([
    `const ${a} = await read(${b}, ${random.integer(1, 99)});`,
    `if (${a}.length > ${random.integer(1, 99)}) return ${b};`,
    `for (const ${a} of list) ${b}.push(${a});`,
    `// ${paragraph(random, 1)}`,
    `def ${a}(self, ${b}=None):`,
    `import ${a} from "${b}"`,
    `"${a}": ${random.integer(10, 9999)},`,
  ]);
}

/** A sign or a package in front of something, seen from a little aside. */
export async function sign(random: Random): Promise<Drawing> {
  const font = random.pick<FontName>(["Helvetica-Bold", "Helvetica", "DejaVuSans-Bold", "Times-Bold", "roboto"]);
  const light = random.chance(0.5);
  const [board, ink] = light ? [random.pick([1, 0.9]), random.pick([0, 0.2])] : [random.pick([0.1, 0.25]), random.pick([1, 0.92])];
  const canvas = await Canvas.open(random.integer(240, 420), random.integer(90, 260), [font]);
  canvas.box(0, 0, canvas.width, canvas.height, { fill: board });
  canvas.box(5, 5, canvas.width - 10, canvas.height - 10, { border: ink, thickness: 2 });
  const sizes = [34, 26, 20, 14];
  for (let y = 14, line = 0; line < random.integer(2, 5); line++) {
    const look = { font, size: random.pick(sizes), ink };
    y += look.size * 1.25;
    if (y > canvas.height - 14) break;
    const words = random.pick([
      `${random.pick(names)} ${random.pick(nouns)}`,
      `${random.pick(adjectives)} ${random.pick(nouns)} ${random.integer(1, 500)}`,
      random.pick(places),
    ]);
    canvas.centred(y, fitting(canvas, random.chance(0.5) ? words.toUpperCase() : capital(words), look, canvas.width - 24), look);
  }
  const { page, truth } = await canvas.drawn(random.pick([100, 150, 200]));
  const desk = random.integer(60, 180);
  const tilted = rotated(inPerspective(page, random, random.between(0.02, 0.12), desk), random.between(-4, 4), desk);
  const scene = texture(
    random,
    Math.round(tilted.width * random.between(1.1, 1.7)),
    Math.round(tilted.height * random.between(1.2, 2)),
    desk,
  );
  const laid = laidOn(scene, tilted, random.integer(0, scene.width - tilted.width), random.integer(0, scene.height - tilted.height));
  return { page: { ...photographed(laid, random), dpi: page.dpi }, truth };
}

function photographed(page: PageImage, random: Random): PageImage {
  const seen = shaded(blurred(page, random.between(0.4, 0.9)), random, random.between(0, 0.4));
  return compressed(grainy(seen, random, random.between(2, 7)), random.integer(45, 85));
}

/** Walls, leaves and clouds: values between random ones on grids that get finer, and the edges of a few things. */
function texture(random: Random, width: number, height: number, mean: number): PageImage {
  const octaves = [160, 60, 20, 7].map((cell) => {
    const columns = Math.ceil(width / cell) + 2;
    return { cell, columns, values: Float32Array.from({ length: columns * (Math.ceil(height / cell) + 2) }, () => random.between(-1, 1)) };
  });
  const strength = random.between(15, 60);
  const grey = Uint8Array.from({ length: width * height }, (_, index) => {
    const [x, y] = [index % width, Math.floor(index / width)];
    const sum = octaves.reduce((total, octave, level) => total + between(octave, x, y) * 0.7 ** level, 0);
    return Math.max(0, Math.min(255, mean + strength * sum));
  });
  return { grey, width, height };
}

function between({ cell, columns, values }: { cell: number; columns: number; values: Float32Array }, x: number, y: number): number {
  const [left, top] = [Math.floor(x / cell), Math.floor(y / cell)];
  const [across, down] = [x / cell - left, y / cell - top];
  const at = (row: number, column: number) => values[(top + row) * columns + left + column] ?? 0;
  return (at(0, 0) * (1 - across) + at(0, 1) * across) * (1 - down) + (at(1, 0) * (1 - across) + at(1, 1) * across) * down;
}

/** A photograph of no text at all. */
export async function textless(random: Random): Promise<Drawing> {
  const [width, height] = [random.integer(400, 1200), random.integer(400, 1000)];
  const canvas = await Canvas.open(width, height, []);
  canvas.box(0, 0, width, height, { fill: random.between(0.3, 1) });
  for (let thing = 0; thing < random.integer(0, 14); thing++) {
    const filling = { fill: random.between(0, 1), ...(random.chance(0.5) && { border: random.between(0, 0.5) }) };
    const [x, y, across, down] = [random.integer(0, width), random.integer(0, height), random.integer(10, 200), random.integer(10, 200)];
    if (random.chance(0.5)) canvas.ellipse(x, y, across, down, filling);
    else canvas.box(x, y, across, down, filling);
  }
  const { page } = await canvas.drawn(72);
  const clouds = texture(random, page.width, page.height, 0);
  const mixed = { ...page, grey: page.grey.map((value, index) => Math.min(255, value * 0.7 + (clouds.grey[index] ?? 0))) };
  return { page: { ...photographed(mixed, random), dpi: 72 }, truth: "" };
}

/** A map: contour lines, roads, a grid, and small names between them. */
export async function map(random: Random): Promise<Drawing> {
  const font = random.pick<FontName>(["Helvetica", "DejaVuSans", "Times-Italic", "roboto"]);
  const canvas = await Canvas.open(random.integer(300, 560), random.integer(300, 560), [font, "Helvetica-Bold"]);
  for (let line = 0; line < random.integer(8, 22); line++) {
    const [middleX, middleY, radius, phase] = [
      random.integer(0, canvas.width),
      random.integer(0, canvas.height),
      random.integer(30, 220),
      random.between(0, 6),
    ];
    const points = Array.from({ length: 60 }, (_, index) => {
      const angle = (index / 59) * 2 * Math.PI;
      const reach = radius * (1 + 0.15 * Math.sin(3 * angle + phase) + 0.07 * Math.sin(7 * angle));
      return [middleX + reach * Math.cos(angle), middleY + reach * Math.sin(angle)] as const;
    });
    canvas.polyline(points, { ink: random.pick([0.75, 0.6, [0.7, 0.5, 0.3], [0.4, 0.6, 0.85]]), thickness: random.pick([0.5, 0.8, 2]) });
  }
  if (random.chance(0.4)) for (let x = 50; x < canvas.width; x += 100) canvas.line(x, 0, x, canvas.height, { ink: 0.6, thickness: 0.4 });
  const rows = Math.floor(canvas.height / 60);
  for (let row = 0; row < rows; row++) {
    const look = {
      font: random.pick([font, font, "Helvetica-Bold" as const]),
      size: random.pick([8, 9, 10, 12, 16]),
      ink: random.pick([0, 0.15, [0.1, 0.2, 0.5] as const]),
    };
    const x = random.integer(10, canvas.width - 130);
    const y = 30 + row * 60 + random.integer(-12, 12);
    canvas.ellipse(x - 5, y - 3, 2, 2, { border: 0 });
    canvas.text(
      x,
      y,
      random.pick([
        random.pick(places),
        `${random.pick(places)} ${random.pick(nouns)}`,
        `${capital(random.pick(adjectives))} ${capital(random.pick(nouns))}`,
      ]),
      look,
    );
  }
  const { page, truth } = await canvas.drawn(random.pick([100, 150, 200]));
  return { page: random.chance(0.5) ? { ...compressed(page, random.integer(50, 85)), dpi: page.dpi } : page, truth };
}
