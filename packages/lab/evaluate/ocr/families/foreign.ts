import { grainy } from "../degrade/noise.ts";
import { blurred } from "../degrade/optics.ts";
import type { FontName } from "../fonts.ts";
import type { Random } from "../random.ts";
import { Canvas, type Drawing } from "./canvas.ts";

interface Script {
  readonly font: FontName;
  /** The first and last letters that are used. */
  readonly letters: readonly [string, string];
  /** Letters of a word. */
  readonly length: readonly [number, number];
}

const scripts: readonly Script[] = [
  { font: "DejaVuSans", letters: ["а", "я"], length: [2, 11] },
  { font: "DejaVuSerif", letters: ["Б", "я"], length: [2, 11] },
  { font: "DejaVuSerif", letters: ["α", "ω"], length: [2, 10] },
  { font: "noto-sans-hebrew", letters: ["א", "ת"], length: [2, 6] },
  { font: "noto-sans-arabic", letters: ["ا", "ي"], length: [2, 7] },
  { font: "nanum-gothic", letters: ["가", "힣"], length: [1, 4] },
  { font: "ma-shan-zheng", letters: ["一", "鿿"], length: [4, 16] },
];

/** A page in another script than Latin, of which an English reader should read nothing. */
export async function foreign(random: Random): Promise<Drawing> {
  const { font, letters, length } = random.pick(scripts);
  const size = random.pick([10, 12, 14, 20]);
  const canvas = await Canvas.open(random.integer(300, 560), random.integer(200, 560), [font]);
  const alphabet = canvas.lettersOf(font, ...letters);
  const word = () => Array.from({ length: random.integer(...length) }, () => random.pick(alphabet)).join("");
  for (let y = 50; y < canvas.height - 40; y += size * 1.6) {
    for (let x = 40; x < canvas.width - 40 - size * length[1]; ) {
      const text = word();
      canvas.unrecorded(x, y, text, { font, size });
      x += canvas.widthOf(text, { font, size }) + size / 3;
    }
  }
  const { page, truth } = await canvas.drawn(random.pick([100, 150, 200, 300]));
  return { page: random.chance(0.5) ? { ...grainy(blurred(page, 0.5), random, 4), dpi: page.dpi } : page, truth };
}
