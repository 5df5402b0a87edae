import type { Pace } from "../pace.ts";
import type { PageImage, PageText } from "../page-image.ts";
import type { PageSource } from "../page-source.ts";
import { DocumentUnreadableError } from "../stage.ts";
import { withinTime } from "../time-limit.ts";
import { contentOf, shareOverInk, withoutCharacters } from "./accounted-ink.ts";
import { isLikeLanguage } from "./language-likeness.ts";
import { countLetters, hasMeaning, type PageLayer } from "./page-layer.ts";
import { PdfDocument } from "./pdf-document.ts";
import { preflight } from "./preflight.ts";
import { hasLetterShapes, lettersInLines } from "./print-in.ts";
import { textInOrder } from "./reading-order.ts";
import { betterOf, joined } from "./readings.ts";
import { type Box, look, type Part, partOf, type Resolution, readingOf, wholeOf } from "./render-size.ts";

/** Milliseconds that pdfium may take at one time; a page that somebody has made takes a tenth of it. */
const maxCallMillis = 10_000;

/**
 * Opens a PDF. A page's text is what the file says that it is, where that reads like text and accounts for the print on the
 * page; otherwise the page is drawn and read, or the part of it that the file says nothing of.
 *
 * @throws {@link DocumentProtectedError}, {@link DocumentTooLargeError}, {@link DocumentUnreadableError}, {@link TimeLimitError}
 */
export async function openPdf(bytes: Uint8Array, pace: Pace, readImage: (image: PageImage) => Promise<PageText>): Promise<PageSource> {
  const ranges = preflight(bytes);
  const callMillis = (): number => Math.min(maxCallMillis, pace.remainingMillis());
  const pdf = await PdfDocument.open(bytes, callMillis(), ranges);
  if (pdf.pageCount === 0) throw new DocumentUnreadableError();
  const pages = new PdfPages(pdf, callMillis);
  return {
    pageCount: pdf.pageCount,
    readLayer: async (page) => pages.layerText(page),
    readPage: async (page) => pages.layerText(page) ?? (await pages.read(page, readImage)),
  };
}

/** A page's own text, and the look at what else there is. */
interface Survey {
  readonly page: number;
  readonly layer: PageLayer;
  readonly text: string;
  /** The text makes sense and is like a language. */
  readonly reads: boolean;
  /** Letters on the page that the text does not account for; the part of the text that lies over something drawn. */
  readonly print: number;
  readonly overInk: number;
}

/** Letters that a text may leave out: some for a logo, and this part of its own. A layer under a scan is laid with less care. */
const maxLeftOut = { letters: 8, share: 0.02, shareOfScan: 0.1 } as const;
/** Text of which this part lies over something drawn is what somebody has read off that. */
const mostlyOver = 0.5;
/** A picture of few pixels is drawn so much larger than it is. */
const maxEnlargement = 2;
const maxLooks = 3;
/** Letters of a text that make up for a picture on the page that is damaged: a stamp on a scan has fewer. */
const enoughLetters = 200;
const nothing: PageText = { text: "", confidence: 1 };

class PdfPages {
  readonly #pdf: PdfDocument;
  readonly #callMillis: () => number;
  readonly #resolution: Resolution;
  #last: Survey | undefined;

  constructor(pdf: PdfDocument, callMillis: () => number) {
    this.#pdf = pdf;
    this.#callMillis = callMillis;
    this.#resolution = readingOf(pdf.pageCount);
  }

  /** The page's own text, where it is believed. */
  layerText(page: number): PageText | undefined {
    const { layer, text, reads, print, overInk } = this.#surveyOf(page);
    const letters = countLetters(text);
    const maxPrint = Math.max(maxLeftOut.letters, (overInk < mostlyOver ? maxLeftOut.share : maxLeftOut.shareOfScan) * letters);
    const isWhole = reads && (letters === 0 ? layer.drawings === "none" : print <= maxPrint);
    return isWhole ? { text, confidence: 1 } : undefined;
  }

  async read(page: number, readImage: (image: PageImage) => Promise<PageText>): Promise<PageText> {
    const { layer, text, reads, overInk } = this.#surveyOf(page);
    const isBeside = reads && countLetters(text) > 0 && overInk < mostlyOver;
    const drawn = this.#drawn(page, layer, isBeside);
    const read = drawn === undefined ? nothing : await readImage(drawn.image);
    if (countLetters(read.text) === 0) this.#checkPictures(page, text);
    if (!isBeside) return betterOf(text, reads, read);
    return drawn === undefined ? { text, confidence: 1 } : joined(text, read, meanHeight(layer) < (drawn.box.top + drawn.box.bottom) / 2);
  }

  #surveyOf(page: number): Survey {
    if (this.#last?.page !== page) this.#last = this.#survey(page);
    return this.#last;
  }

  #survey(page: number): Survey {
    const layer = this.#pdf.readLayer(page, this.#callMillis());
    const text = withinTime(this.#callMillis(), () => textInOrder(layer));
    const reads = hasMeaning(layer) && isLikeLanguage(text);
    const seen = { page, layer, text, reads, print: 0, overInk: 0 };
    if (layer.drawings !== "shapes" || !reads || countLetters(text) === 0) return seen;
    const part = partOf(layer, wholeOf(layer), look);
    const image = this.#pdf.render(page, part, this.#callMillis(), "text");
    if (contentOf(image, part) === undefined) this.#checkPictures(page, text);
    const print = withinTime(this.#callMillis(), () => lettersInLines(withoutCharacters(image, layer.characters, part), image));
    return { ...seen, print, overInk: shareOverInk(image, layer.characters, part) };
  }

  /** Refuses a page of which nothing is seen because its picture is damaged: it is not blank. */
  #checkPictures(page: number, text: string): void {
    if (countLetters(text) < enoughLetters && this.#pdf.hasDamagedPicture(page, this.#callMillis()))
      throw new DocumentUnreadableError("A picture on the page is damaged.");
  }

  /** The part of the page that something stands on, with or without the characters of its text; nothing where no print can be. */
  #drawn(page: number, layer: PageLayer, isBeside: boolean): { image: PageImage; box: Box } | undefined {
    const maxDpi = Math.min(this.#resolution.maxDpi, maxEnlargement * (layer.pictureDpi ?? Number.POSITIVE_INFINITY));
    const resolution = { ...this.#resolution, maxDpi };
    let box: Box | undefined = wholeOf(layer);
    // Of a large page only the part is drawn that something stands on; it is found the better the smaller it is.
    for (let looks = 0; looks < maxLooks && isCoarse(partOf(layer, box, resolution), maxDpi); looks++) {
      box = this.#contentOf(page, layer, partOf(layer, box, look), isBeside)?.box;
      if (box === undefined) return undefined;
    }
    const drawn = this.#contentOf(page, layer, partOf(layer, box, resolution), isBeside);
    return drawn === undefined || (layer.pictureDpi === undefined && !hasLetterShapes(drawn.image)) ? undefined : drawn;
  }

  #contentOf(page: number, layer: PageLayer, part: Part, isBeside: boolean): { image: PageImage; box: Box } | undefined {
    const whole = this.#pdf.render(page, part, this.#callMillis(), isBeside ? "text" : undefined);
    const image = isBeside ? withoutCharacters(whole, layer.characters, part) : whole;
    return contentOf(image, part);
  }
}

const isCoarse = ({ dpi }: Part, maxDpi: number): boolean => dpi < 0.95 * maxDpi;

/** Of the characters, in points from the top of the page. */
function meanHeight({ characters: { origins } }: PageLayer): number {
  let sum = 0;
  for (let at = 1; at < origins.length; at += 2) sum += origins[at] ?? 0;
  return (2 * sum) / origins.length;
}
