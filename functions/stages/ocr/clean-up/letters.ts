import type { PageImage } from "../page-image.ts";

/** A part of a page whose ink hangs together, by its first and last columns and rows. */
export interface Part {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** Dark pixels. */
  readonly ink: number;
}

export interface Letters {
  /** Letters, and words whose letters touch. */
  readonly letters: readonly Part[];
  /** The page with nothing else on it, black on white. */
  readonly page: PageImage;
}

const minHeight = 4;
/** Of the page's longer side. */
const maxSide = 0.3;
/** A rule, a dash or a bar of a bar code is long and solid; a frame, a grid or a curve leaves most of its rectangle empty. */
const maxElongation = 16;
const maxSolidElongation = 3;
const solidFill = 0.8;
const minFill = 0.12;

/**
 * Takes everything off a page that cannot be a letter by its size and shape: rules, frames, grids, bar codes, shadows, curves
 * and dust. What is left tells how the lines of print lie and how large they are.
 *
 * @param darkerThan the grey value below which a pixel is ink.
 */
export function lettersOf(page: PageImage, darkerThan: number): Letters {
  const runs = runsOf(page, darkerThan);
  const parts = partsOf(runs);
  const maxLetter = maxSide * Math.max(page.width, page.height);
  const grey = new Uint8Array(page.grey.length).fill(255);
  const letters = new Set<Part>();
  for (let run = 0; run < runs.count; run++) {
    const part = parts[find(runs.roots, run)];
    if (part === undefined || !isLetter(part, maxLetter)) continue;
    letters.add(part);
    const row = (runs.rows[run] ?? 0) * page.width;
    grey.fill(0, row + (runs.starts[run] ?? 0), row + (runs.ends[run] ?? 0));
  }
  return { letters: [...letters], page: { ...page, grey } };
}

/** The parts of a page that are larger than any letter and mostly ink: a dark panel, a selected row, a table's dark head. */
export function panelsOf(page: PageImage, darkerThan: number, minSide: number): Part[] {
  const parts = partsOf(runsOf(page, darkerThan)).filter((part) => part !== undefined);
  return parts.filter((part) => Math.min(widthOf(part), heightOf(part)) >= minSide && part.ink > 0.5 * widthOf(part) * heightOf(part));
}

export const widthOf = ({ left, right }: Part): number => right - left + 1;
export const heightOf = ({ top, bottom }: Part): number => bottom - top + 1;

function isLetter(part: Part, maxLetter: number): boolean {
  const [width, height] = [widthOf(part), heightOf(part)];
  if (Math.max(width, height) < minHeight || Math.min(width, height) < 2 || height > maxLetter || width > maxLetter) return false;
  const fill = part.ink / (width * height);
  const elongation = Math.max(width / height, height / width);
  return fill > minFill && elongation < maxElongation && !(fill > solidFill && elongation > maxSolidElongation);
}

/** Runs of dark pixels row by row; `roots` leads from each run to another one of its part. */
interface Runs {
  readonly rows: Int32Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly roots: Int32Array;
  readonly count: number;
}

function runsOf({ grey, width, height }: PageImage, darkerThan: number): Runs {
  const maxRuns = Math.ceil(width / 2) * height;
  const [rows, starts, ends, roots] = [new Int32Array(maxRuns), new Int32Array(maxRuns), new Int32Array(maxRuns), new Int32Array(maxRuns)];
  let [count, above] = [0, 0];
  for (let y = 0; y < height; y++) {
    const first = count;
    for (let x = 0, at = y * width; x < width; x++, at++) {
      if ((grey[at] ?? 255) >= darkerThan) continue;
      rows[count] = y;
      starts[count] = x;
      while (x < width && (grey[at] ?? 255) < darkerThan) [x, at] = [x + 1, at + 1];
      ends[count] = x;
      roots[count] = count;
      while (above < first && (ends[above] ?? 0) < (starts[count] ?? 0)) above++;
      for (let upper = above; upper < first && (starts[upper] ?? 0) <= x; upper++) join(roots, upper, count);
      count++;
    }
    above = first;
  }
  return { rows, starts, ends, roots, count };
}

function find(roots: Int32Array, run: number): number {
  let root = run;
  while ((roots[root] ?? 0) !== root) {
    roots[root] = roots[roots[root] ?? 0] ?? 0;
    root = roots[root] ?? 0;
  }
  return root;
}

function join(roots: Int32Array, one: number, other: number): void {
  const [first, second] = [find(roots, one), find(roots, other)];
  roots[Math.max(first, second)] = Math.min(first, second);
}

/** The parts by their first run. */
function partsOf({ rows, starts, ends, roots, count }: Runs): (Part | undefined)[] {
  const parts: ({ -readonly [Key in keyof Part]: Part[Key] } | undefined)[] = [];
  for (let run = 0; run < count; run++) {
    const [row, start, end] = [rows[run] ?? 0, starts[run] ?? 0, ends[run] ?? 0];
    const root = find(roots, run);
    const part = parts[root];
    if (part === undefined) {
      parts[root] = { left: start, top: row, right: end - 1, bottom: row, ink: end - start };
      continue;
    }
    part.left = Math.min(part.left, start);
    part.right = Math.max(part.right, end - 1);
    part.bottom = row;
    part.ink += end - start;
  }
  return parts;
}

/**
 * The share of letters that are nearer to their neighbour across the page than to the one below; near 0 the page lies on its
 * side. 0.5 where there are none.
 */
export function acrossShare({ letters, page }: Letters): number {
  let [across, down] = [0, 0];
  for (const part of letters) {
    const [right, below] = [gapAfter(page, part, false), gapAfter(page, part, true)];
    if (right < below) across++;
    else if (below < right) down++;
  }
  return across + down === 0 ? 0.5 : across / (across + down);
}

/** White pixels from a letter to the next one to its right, or below it; three of its rows or columns are followed. */
function gapAfter({ grey, width, height }: PageImage, part: Part, below: boolean): number {
  const reach = 3 * Math.min(widthOf(part), heightOf(part));
  let least = Number.POSITIVE_INFINITY;
  for (const share of [0.2, 0.5, 0.8]) {
    const x = below ? Math.round(part.left + share * (part.right - part.left)) : part.right + 1;
    const y = below ? part.bottom + 1 : Math.round(part.top + share * (part.bottom - part.top));
    const step = below ? width : 1;
    const end = Math.min(reach, below ? height - y : width - x, least);
    for (let gap = 0, at = y * width + x; gap < end; gap++, at += step) if (grey[at] === 0) least = gap;
  }
  return least;
}
