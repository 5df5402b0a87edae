/** Writes docs/samples/scanned.pdf: three pages of minutes as a scanner delivers them, without a text layer. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { PDFDocument } from "pdf-lib";
import type { PageImage } from "../../../../functions/stages/ocr/page-image.ts";
import { rotated } from "./degrade/geometry.ts";
import { grainy, jpegOf } from "./degrade/noise.ts";
import { blurred } from "./degrade/optics.ts";
import { type MinutesPage, minutes } from "./minutes.ts";
import { createRandom, type Random } from "./random.ts";
import { renderSheet } from "./render-sheet.ts";
import { typeset } from "./typeset.ts";

const a4 = [595, 842] as const;
const dotsPerInch = 150;
const jpegQuality = 45;
const file = fileURLToPath(new URL("../../../../docs/samples/scanned.pdf", import.meta.url));

/** The file; the same one each time. */
export async function scannedPdf(): Promise<Uint8Array> {
  const document = await PDFDocument.create({ updateMetadata: false });
  const random = createRandom(1904);
  for (const page of minutes) {
    const jpeg = await document.embedJpg(jpegOf(scanned(await print(page), random), jpegQuality));
    document.addPage([...a4]).drawImage(jpeg, { width: a4[0], height: a4[1] });
  }
  return await document.save();
}

async function print({ heading, paragraphs }: MinutesPage): Promise<PageImage> {
  const look = { size: a4, margin: 62, columns: 1, font: "Times-Roman", fontSize: 12.5, leading: 1.4 } as const;
  const { pdf } = await typeset({ ...look, heading, paragraphs });
  return await renderSheet(pdf, dotsPerInch);
}

/** Laid on the glass by hand, a little out of focus. */
function scanned(page: PageImage, random: Random): PageImage {
  const laid = rotated(page, random.between(-1, 1), 250);
  return grainy(blurred(laid, 0.5), random, 3);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, await scannedPdf());
}
