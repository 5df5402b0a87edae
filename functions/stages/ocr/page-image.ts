/** A page as an image of grey values, one byte a pixel, row by row from the top left; 0 is black. */
export interface PageImage {
  readonly grey: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Dots an inch, where the document says so. */
  readonly dpi?: number;
}

/** A page whose print may stand out by its colours where it does not by its brightness. */
export interface ScannedPage extends PageImage {
  /** The brightest and the darkest of each pixel's red, green and blue: coloured frames and grounds vanish from one, pale print shows in the other. */
  readonly tints?: readonly PageImage[];
}

/** The text on a page. */
export interface PageText {
  /** Lines ended by `\n`; empty where there is no text. */
  readonly text: string;
  /** The reader's confidence, 0..1. */
  readonly confidence: number;
}
