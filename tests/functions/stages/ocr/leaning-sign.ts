import type { PageImage } from "../../../../functions/stages/ocr/page-image.ts";
import { rotated } from "../../../../packages/lab/evaluate/ocr/degrade/geometry.ts";
import { laidOn } from "../../../../packages/lab/evaluate/ocr/degrade/resample.ts";
import { Canvas } from "../../../../packages/lab/evaluate/ocr/families/canvas.ts";

/** A framed sign of light words on a dark board, in front of a wall whose dark places are as large as letters. */
export async function leaningSign(words: readonly string[], degrees: number): Promise<PageImage> {
  const canvas = await Canvas.open(260, 40 + 40 * words.length, ["Helvetica-Bold"]);
  canvas.box(0, 0, canvas.width, canvas.height, { fill: 0.1 });
  canvas.box(5, 5, canvas.width - 10, canvas.height - 10, { border: 1, thickness: 2 });
  for (const [row, word] of words.entries()) canvas.centred(50 + 40 * row, word, { font: "Helvetica-Bold", size: 26, ink: 1 });
  const { page } = await canvas.drawn(150);
  const sign = rotated(page, degrees, 90);
  const behind = wall(Math.round(1.4 * sign.width), Math.round(1.4 * sign.height));
  return laidOn(behind, sign, Math.round(0.2 * sign.width), Math.round(0.2 * sign.height));
}

function wall(width: number, height: number): PageImage {
  const grey = Uint8Array.from({ length: width * height }, (_, at) => {
    const [x, y] = [at % width, Math.floor(at / width)];
    return 100 + 25 * (Math.sin(x / 4 + Math.sin(y / 9)) + Math.sin(y / 5 + 2 * Math.sin(x / 31)));
  });
  return { grey, width, height };
}
