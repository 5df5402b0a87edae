import type { Pace } from "../pace.ts";
import type { PageImage, PageText } from "../page-image.ts";
import type { PageSource } from "../page-source.ts";
import { DocumentUnreadableError } from "../stage.ts";
import { countLetters, isWhole, makesSense, type PageLayer, textOf } from "./page-layer.ts";
import { PdfDocument } from "./pdf-document.ts";
import { preflight } from "./preflight.ts";

/** Milliseconds that pdfium may take at one time; a page that somebody has made takes a tenth of it. */
const maxCallMillis = 10_000;

/**
 * Opens a PDF. A page's text is what the file says that it is; where the file says nothing, or nothing that makes sense,
 * the page is drawn and read.
 *
 * @throws {@link DocumentProtectedError}, {@link DocumentTooLargeError}, {@link DocumentUnreadableError}, {@link TimeLimitError}
 */
export async function openPdf(bytes: Uint8Array, pace: Pace, readImage: (image: PageImage) => Promise<PageText>): Promise<PageSource> {
  preflight(bytes);
  const callMillis = (): number => Math.min(maxCallMillis, pace.remainingMillis());
  const pdf = await PdfDocument.open(bytes, callMillis());
  if (pdf.pageCount === 0) throw new DocumentUnreadableError();
  return {
    pageCount: pdf.pageCount,
    async readLayer(page) {
      const layer = pdf.readLayer(page, callMillis());
      return isWhole(layer) ? writtenOn(layer) : undefined;
    },
    async readPage(page) {
      const layer = pdf.readLayer(page, callMillis());
      const written = writtenOn(layer);
      const image = pdf.render(page, callMillis());
      const read = isPlain(image) ? { text: "", confidence: 1 } : await readImage(image);
      return makesSense(layer) && countLetters(written.text) > countLetters(read.text) ? written : read;
    },
  };
}

const writtenOn = (layer: PageLayer): PageText => ({ text: textOf(layer), confidence: 1 });

/** Nothing is to be seen: pictures that cannot be decoded leave the page white. */
const isPlain = ({ grey }: PageImage): boolean => grey.every((value) => value === grey[0]);
