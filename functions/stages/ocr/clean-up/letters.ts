import type { PageImage } from "../page-image.ts";

/** A part of a page by its first and last columns and rows. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A part of a page whose ink hangs together. */
export interface Part extends Box {
  /** Dark pixels. */
  readonly ink: number;
}

export interface Letters {
  /** Letters, and words whose letters touch. */
  readonly letters: readonly Part[];
  /** The page with nothing else on it, black on white. */
  readonly page: PageImage;
}

/** A page's ink by the parts that hang together. */
export interface Inked {
  readonly page: PageImage;
  readonly parts: readonly Part[];
  readonly runs: Runs;
  /** Grey values by which each part stands out at its sides. */
  readonly edges: Float32Array;
}

const minHeight = 4;
/** Of the page's longer side. */
const maxSide = 0.3;
/** A rule, a dash or a bar of a bar code is long and solid; a frame, a grid or a curve leaves most of its rectangle empty. */
const maxElongation = 16;
const maxSolidElongation = 3;
const solidFill = 0.8;
const minFill = 0.12;

/** @param darkerThan the grey value below which a pixel is ink. */
export function inkedParts(page: PageImage, darkerThan: number): Inked {
  const runs = runsOf(page, darkerThan);
  const parts = partsOf(runs);
  return { page, runs, parts, edges: edgesOf(page, runs, parts.length) };
}

/** From the second pixel before a run to the second one in it, and likewise at its end: print is blurred by so much. */
function edgesOf({ grey, width }: PageImage, { rows, starts, ends, part, count }: Runs, parts: number): Float32Array {
  const [sums, counts] = [new Float32Array(parts), new Uint32Array(parts)];
  for (let run = 0; run < count; run++) {
    const [row, start, end, number] = [(rows[run] ?? 0) * width, starts[run] ?? 0, ends[run] ?? 0, part[run] ?? 0];
    if (start >= 2) {
      sums[number] = (sums[number] ?? 0) + (grey[row + start - 2] ?? 0) - (grey[row + Math.min(start + 1, end - 1)] ?? 0);
      counts[number] = (counts[number] ?? 0) + 1;
    }
    if (end + 1 < width) {
      sums[number] = (sums[number] ?? 0) + (grey[row + end + 1] ?? 0) - (grey[row + Math.max(start, end - 2)] ?? 0);
      counts[number] = (counts[number] ?? 0) + 1;
    }
  }
  return sums.map((sum, number) => sum / Math.max(1, counts[number] ?? 0));
}

/**
 * Takes everything off a page that cannot be a letter by its size and shape: rules, frames, grids, bar codes, shadows, curves
 * and dust. What is left tells how the lines of print lie and how large they are.
 */
export function lettersIn(inked: Inked, minEdge: number): Letters {
  const { page, runs, parts } = inked;
  const isLetterOf = letterMask(inked, minEdge);
  const grey = new Uint8Array(page.grey.length).fill(255);
  const { rows, starts, ends, part, count } = runs;
  for (let run = 0; run < count; run++) {
    if (isLetterOf[part[run] ?? 0] === 0) continue;
    const row = (rows[run] ?? 0) * page.width;
    grey.fill(0, row + (starts[run] ?? 0), row + (ends[run] ?? 0));
  }
  return { letters: parts.filter((_, index) => isLetterOf[index] === 1), page: { ...page, grey } };
}

/** The letters on a page. @param darkerThan the grey value below which a pixel is ink. */
export function lettersOf(page: PageImage, darkerThan: number, minEdge = 0): Letters {
  return lettersIn(inkedParts(page, darkerThan), minEdge);
}

/** The letters on a page, of which nothing is taken off. */
export function lettersAmong(inked: Inked, minEdge: number): Part[] {
  const isLetterOf = letterMask(inked, minEdge);
  return inked.parts.filter((_, index) => isLetterOf[index] === 1);
}

/** 1 for each part that is a letter. */
function letterMask({ page, parts, edges }: Inked, minEdge: number): Uint8Array {
  const maxLetter = maxSide * Math.max(page.width, page.height);
  return Uint8Array.from(parts, (part, index) => Number((edges[index] ?? 0) >= minEdge && isLetter(part, maxLetter)));
}

/** Of a panel, in usual heights of letters and in pixels. */
const [minPanelHeights, minPanelSide] = [1.3, 12];

/** The parts of a page that are larger than letters and mostly ink: a dark panel, a selected row, a table's dark head. */
export function panelsOf({ parts }: Inked, usualHeight: number): Part[] {
  const minSide = Math.max(minPanelSide, minPanelHeights * usualHeight);
  return parts.filter((part) => Math.min(widthOf(part), heightOf(part)) >= minSide && part.ink > 0.5 * widthOf(part) * heightOf(part));
}

export const widthOf = ({ left, right }: Box): number => right - left + 1;
export const heightOf = ({ top, bottom }: Box): number => bottom - top + 1;

function isLetter(part: Part, maxLetter: number): boolean {
  const [width, height] = [widthOf(part), heightOf(part)];
  if (Math.max(width, height) < minHeight || Math.min(width, height) < 2 || height > maxLetter || width > maxLetter) return false;
  const fill = part.ink / (width * height);
  const elongation = Math.max(width / height, height / width);
  return fill > minFill && elongation < maxElongation && !(fill > solidFill && elongation > maxSolidElongation);
}

/** Runs of dark pixels row by row, each from its start up to its end, and the part that each belongs to. */
export interface Runs {
  readonly rows: Int32Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly part: Int32Array;
  readonly count: number;
}

const noRuns: Runs = { rows: new Int32Array(0), starts: new Int32Array(0), ends: new Int32Array(0), part: new Int32Array(0), count: 0 };

function inMoreSpace({ rows, starts, ends, part, count }: Runs): Runs {
  const larger = (values: Int32Array): Int32Array => {
    const copy = new Int32Array(2 * values.length + minRuns);
    copy.set(values);
    return copy;
  };
  return { rows: larger(rows), starts: larger(starts), ends: larger(ends), part: larger(part), count };
}

const minRuns = 1 << 14;

/** `part` leads from each run to another one of its part, or to itself. */
function runsOf({ grey, width, height }: PageImage, darkerThan: number): Runs {
  let { rows, starts, ends, part } = noRuns;
  let [count, above] = [0, 0];
  for (let y = 0; y < height; y++) {
    const first = count;
    while (rows.length - count < width) ({ rows, starts, ends, part } = inMoreSpace({ rows, starts, ends, part, count }));
    const rowEnd = (y + 1) * width;
    for (let at = y * width; at < rowEnd; at++) {
      if ((grey[at] ?? 255) >= darkerThan) continue;
      const start = at - rowEnd + width;
      do at++;
      while (at < rowEnd && (grey[at] ?? 255) < darkerThan);
      const end = at - rowEnd + width;
      rows[count] = y;
      starts[count] = start;
      ends[count] = end;
      part[count] = count;
      while (above < first && (ends[above] ?? 0) < start) above++;
      for (let upper = above; upper < first && (starts[upper] ?? 0) <= end; upper++) join(part, upper, count);
      count++;
    }
    above = first;
  }
  return { rows, starts, ends, part, count };
}

function find(roots: Int32Array, run: number): number {
  let root = run;
  for (let next = roots[root] ?? 0; next !== root; next = roots[root] ?? 0) {
    const further = roots[next] ?? 0;
    roots[root] = further;
    root = further;
  }
  return root;
}

function join(roots: Int32Array, one: number, other: number): void {
  const [first, second] = [find(roots, one), find(roots, other)];
  roots[Math.max(first, second)] = Math.min(first, second);
}

/** The parts in the order of their first runs; `part` of each run is its part's number afterwards. */
function partsOf({ rows, starts, ends, part: roots, count }: Runs): Part[] {
  const parts: { -readonly [Key in keyof Part]: Part[Key] }[] = [];
  for (let run = 0; run < count; run++) {
    const [row, start, end, root] = [rows[run] ?? 0, starts[run] ?? 0, ends[run] ?? 0, roots[run] ?? 0];
    // A root comes before all that leads to it, so that what an earlier run leads to is a part's number already.
    const number = root === run ? parts.length : (roots[root] ?? 0);
    roots[run] = number;
    const part = parts[number];
    if (part === undefined) {
      parts.push({ left: start, top: row, right: end - 1, bottom: row, ink: end - start });
      continue;
    }
    if (start < part.left) part.left = start;
    if (end > part.right) part.right = end - 1;
    part.bottom = row;
    part.ink += end - start;
  }
  return parts;
}

/** Letters that are nearer to their neighbour across the page than to the one below, and the other way round. */
export interface Neighbours {
  readonly across: number;
  readonly down: number;
}

export function neighboursIn({ letters, page }: Letters): Neighbours {
  let [across, down] = [0, 0];
  for (const part of letters) {
    const [right, below] = [gapAfter(page, part, false), gapAfter(page, part, true)];
    if (right < below) across++;
    else if (below < right) down++;
  }
  return { across, down };
}

/** The share of letters that are nearer to their neighbour across the page; near 0 the page lies on its side. 0.5 where there are none. */
export const acrossShare = ({ across, down }: Neighbours): number => (across + down === 0 ? 0.5 : across / (across + down));

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
