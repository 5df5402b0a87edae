import { heightOf, widthOf } from "./clean-up/letters.ts";
import { isOn, type OpenRows, openRows, type Row } from "./clean-up/open-rows.ts";
import { cutOut } from "./clean-up/turn.ts";
import type { Engine, Word } from "./engine.ts";
import { boxOf, withLines } from "./lines.ts";
import type { PageImage } from "./page-image.ts";
import { lettersOf, likelyWords, type Reading, readingOf } from "./reading.ts";

/**
 * Reads the rows of letters of which a reading keeps no word, each as a line by itself: the engine passes over words in boxes, on dark
 * ground and between the lines of a map.
 *
 * @param page as it was read.
 * @returns all words in the order in which they are read.
 */
export function withRowsPassedOver(engine: Engine, page: PageImage, reading: Reading, hasPalePrint: boolean): readonly Word[] {
  const { words } = reading;
  const kept = likelyWords(words);
  const found = openRows(
    page,
    kept.map(({ box }) => box),
    hasPalePrint,
  );
  if (isInAnotherScript(reading, found)) return words;
  const lines = linesIn(engine, found.rows, kept);
  const places = lines.map(boxOf);
  const isKept = new Set(kept);
  // An unsure word is read better in one of the lines, or it is no print: there are no letters where it stands.
  const isPrint = ({ box }: Word): boolean =>
    !places.some((place) => isOn(place, box)) && found.letters.some((letter) => isOn(box, letter));
  return withLines(words, lines, (word) => isKept.has(word) || isPrint(word));
}

/** Of the letters on the page: where as many are seen and not one is known, they are of another script; where more are, they are no print. */
const [nearlyAll, manyMore] = [0.8, 1.5];

function isInAnotherScript({ worth, allLetters }: Reading, { letters }: OpenRows): boolean {
  return worth === 0 && allLetters >= nearlyAll * letters.length && allLetters < manyMore * letters.length;
}

/** Rows without a likely word, one after another, after which the rest is a picture; fewer where no word was found on the page yet. */
const [maxMisses, maxFirstMisses] = [6, 3];

/** Of the rows that hold a likely word, the longest of which are read first; none where these and the words that are kept are of another script. */
function linesIn(engine: Engine, rows: readonly Row[], kept: readonly Word[]): Word[][] {
  const lines: Word[][] = [];
  const seen = [...kept];
  let misses = 0;
  for (const row of rows.toSorted((one, other) => widthOf(other) - widthOf(one))) {
    const words = wordsIn(engine, row);
    seen.push(...words);
    const line = printIn(words);
    if (isLikely(line, row)) {
      lines.push(line);
      misses = 0;
    } else if (++misses === (kept.length > 0 || lines.length > 0 ? maxMisses : maxFirstMisses)) break;
  }
  return readingOf(seen).worth > 0 ? lines : [];
}

/** What is beside a row is a frame, a mark on a map or a piece of a letter. */
const isWord = (word: Word): boolean => lettersOf(word) > 1;

function printIn(words: readonly Word[]): Word[] {
  const line = likelyWords(words);
  return line.slice(Math.max(0, line.findIndex(isWord)), line.findLastIndex(isWord) + 1);
}

/** A row of fewer letters is hardly ever right below this confidence. */
const fewLetters = 8;
const minConfidence = { page: 0.9, panel: 0.7 } as const;

function isLikely(line: readonly Word[], { ground }: Row): boolean {
  const { letters, confidence } = readingOf(line);
  return letters >= fewLetters || (letters > 0 && confidence >= minConfidence[ground.kind]);
}

interface Margins {
  readonly aside: number;
  readonly above: number;
}

/** In heights of a row: what is beside it may be a letter that touches a line, or a frame or a rule, of which less is better. */
const wide: Margins = { aside: 1, above: 0.3 };
const tight: Margins = { aside: 0.3, above: 0.1 };
/** Confidence of a line that is not read in another way, and of one that is no print. */
const [convincing, hopeless] = [0.9, 0.4];

function wordsIn(engine: Engine, row: Row): Word[] {
  const first = wordsWithin(engine, row, wide);
  const { confidence } = readingOf(first);
  if (confidence >= convincing || confidence < hopeless) return first;
  const other = wordsWithin(engine, row, tight);
  return sureness(printIn(other)) > sureness(printIn(first)) ? other : first;
}

function sureness(line: readonly Word[]): number {
  const { letters, confidence } = readingOf(line);
  return letters * confidence ** 2;
}

/** Pixels of paper around a line that is read. */
const border = 8;

function wordsWithin(engine: Engine, { ground: { image, paper, ...ground }, ...row }: Row, { aside, above }: Margins): Word[] {
  const [across, down] = [Math.ceil(aside * heightOf(row)), Math.ceil(above * heightOf(row))];
  const [left, top] = [Math.max(0, row.left - across), Math.max(0, row.top - down)];
  const [right, bottom] = [Math.min(image.width, row.right + 1 + across), Math.min(image.height, row.bottom + 1 + down)];
  const line = framed(cutOut(image, { left, top, width: right - left, height: bottom - top }), paper);
  return engine.read(line, { layout: "line" }).map((word) => movedBy(word, ground.left + left - border, ground.top + top - border));
}

function framed(image: PageImage, paper: number): PageImage {
  const [width, height] = [image.width + 2 * border, image.height + 2 * border];
  const grey = new Uint8Array(width * height).fill(paper);
  for (let y = 0; y < image.height; y++)
    grey.set(image.grey.subarray(y * image.width, (y + 1) * image.width), (y + border) * width + border);
  return { ...image, grey, width, height };
}

function movedBy({ box, ...word }: Word, across: number, down: number): Word {
  return { ...word, box: { left: box.left + across, top: box.top + down, right: box.right + across, bottom: box.bottom + down } };
}
