import { medianOf } from "../clean-up/median.ts";
import { charactersOf, cleanText, type PageLayer } from "./page-layer.ts";
import { isRightToLeft, type Piece, piecesOf } from "./pieces.ts";

/** Pieces beside each other, from left to right. */
interface Row {
  readonly pieces: Piece[];
  readonly base: number;
  readonly size: number;
}

/** White from top to bottom between the pieces of some rows. */
interface Gutter {
  readonly left: number;
  readonly right: number;
  readonly firstRow: number;
  readonly lastRow: number;
}

/** Gutters are looked for within the columns beside one, and so on. */
const maxDepth = 12;

/**
 * The text of a page in the order in which it is read: columns one after the other, tables row by row, an empty line between paragraphs.
 * Notes that pdfium has not drawn come last.
 */
export function textInOrder(layer: PageLayer): string {
  const text = drawnText(layer);
  if (layer.notes.length === 0) return text;
  const bare = (written: string): string => written.replace(/\s/gu, "");
  const drawn = bare(text);
  const undrawn = layer.notes.filter((note) => !drawn.includes(bare(note)));
  return undrawn.length === 0 ? text : cleanText([text, ...undrawn].join("\n\n"));
}

function drawnText(layer: PageLayer): string {
  const pieces = piecesOf(layer.characters);
  if (pieces === undefined) return cleanText(charactersOf(layer));
  const sizeOf = (group: readonly Piece[]) => group.reduce((sum, { text }) => sum + text.length, 0);
  const groups = [...pieces.values()].sort((one, other) => sizeOf(other) - sizeOf(one));
  return cleanText(groups.map((group) => linesOf(group, 0)).join("\n\n"));
}

function linesOf(pieces: readonly Piece[], depth: number): string {
  const rows = rowsOf(pieces);
  const gutter = depth < maxDepth ? gutterIn(rows) : undefined;
  if (gutter === undefined) return written(rows);
  const inside = rows.slice(gutter.firstRow, gutter.lastRow + 1).flatMap((row) => row.pieces);
  const middle = (gutter.left + gutter.right) / 2;
  const parts = [
    rows.slice(0, gutter.firstRow).flatMap((row) => row.pieces),
    inside.filter((piece) => piece.right <= middle),
    inside.filter((piece) => piece.right > middle),
    rows.slice(gutter.lastRow + 1).flatMap((row) => row.pieces),
  ];
  return parts
    .filter((part) => part.length > 0)
    .map((part) => linesOf(part, depth + 1))
    .join("\n\n");
}

/** Gutters that are looked at closely. */
const maxCandidates = 20;

/** The highest gutter between columns. */
function gutterIn(rows: readonly Row[]): Gutter | undefined {
  const heightOf = ({ firstRow, lastRow }: Gutter): number => lastRow - firstRow;
  const candidates = guttersIn(rows).sort((one, other) => heightOf(other) - heightOf(one));
  return candidates
    .slice(0, maxCandidates)
    .map((one) => withoutMargins(rows, one))
    .find((one) => isBetweenColumns(rows, one));
}

/** In heights of a line: base lines that are the same. */
const sameBase = 0.4;

function rowsOf(pieces: readonly Piece[]): Row[] {
  const rows: Row[] = [];
  for (const piece of pieces.toSorted((one, other) => one.base - other.base || one.start - other.start)) {
    const size = piece.bottom - piece.top;
    const row = rows.at(-1);
    if (row !== undefined && piece.base - row.base < sameBase * Math.min(size, row.size)) row.pieces.push(piece);
    else rows.push({ pieces: [piece], base: piece.base, size });
  }
  for (const { pieces: beside } of rows) beside.sort((one, other) => one.left - other.left);
  return rows;
}

/** In heights of a line. */
const minGutter = 0.5;
/** Gutters that are followed at one time. */
const maxOpen = 50;

/** All gutters of two rows and more that cannot be continued up or down. */
function guttersIn(rows: readonly Row[]): Gutter[] {
  const found: Gutter[] = [];
  let open: Gutter[] = [];
  for (const [index, row] of rows.entries()) {
    const kept: Gutter[] = [];
    for (const gutter of open) {
      const rest = without(gutter, row);
      if (rest === undefined) found.push(gutter);
      else kept.push({ ...rest, lastRow: index });
    }
    const next = rows[index + 1];
    const begun = next === undefined ? [] : gapsBetween([...row.pieces, ...next.pieces], row.size);
    const isNew = ({ left, right }: Gap) => !kept.some((gutter) => gutter.left < right && gutter.right > left);
    open = [...kept, ...begun.filter(isNew).map((gap) => ({ ...gap, firstRow: index, lastRow: index }))].slice(0, maxOpen);
  }
  return [...found, ...open];
}

type Gap = Pick<Gutter, "left" | "right">;

/** What the row leaves of a gutter, if it is wide enough to be one. */
function without(gutter: Gutter, { pieces, size }: Row): Gutter | undefined {
  let [left, right] = [gutter.left, gutter.right];
  for (const piece of pieces) {
    if (piece.right <= left || piece.left >= right) continue;
    // The piece takes one side of it, or all.
    if (piece.left - left > right - piece.right) right = piece.left;
    else left = piece.right;
  }
  return right - left < minGutter * size ? undefined : { ...gutter, left, right };
}

function gapsBetween(pieces: readonly Piece[], size: number): Gap[] {
  const gaps: Gap[] = [];
  let end = Number.POSITIVE_INFINITY;
  for (const { left, right } of pieces.toSorted((one, other) => one.left - other.left)) {
    if (left - end >= minGutter * size) gaps.push({ left: end, right: left });
    end = end === Number.POSITIVE_INFINITY ? right : Math.max(end, right);
  }
  return gaps;
}

/** In heights of a line: white across the page that divides its text from a header or a footer; these have so many rows. */
const marginDistance = 2.2;
const maxMarginRows = 2;

/** A gutter without the headers and footers that happen to leave it free. */
function withoutMargins(rows: readonly Row[], gutter: Gutter): Gutter {
  let { firstRow, lastRow } = gutter;
  // Headers may be larger than the text.
  const sizeAt = (upper: number) => Math.min(rows[upper]?.size ?? 0, rows[upper + 1]?.size ?? 0);
  const isDivided = (upper: number) => (rows[upper + 1]?.base ?? 0) - (rows[upper]?.base ?? 0) > marginDistance * sizeAt(upper);
  for (let row = gutter.firstRow; row < Math.min(gutter.firstRow + maxMarginRows, gutter.lastRow); row++)
    if (isDivided(row)) firstRow = row + 1;
  for (let row = gutter.lastRow; row > Math.max(gutter.lastRow - maxMarginRows, firstRow); row--) if (isDivided(row - 1)) lastRow = row - 1;
  return { ...gutter, firstRow, lastRow };
}

/** Lines that a column has, and the letters and spaces of the usual one; cells of a table are shorter. */
const minLines = 3;
const minLineLength = 15;
/** The part of its column's width that the usual line has: that of a table's cells varies. */
const minLineWidth = 0.7;
/** Lines of digits for the most part, of all lines of a column. */
const maxNumeric = 0.3;

/** True where there is a column of running text on either side. A table has cells there. */
function isBetweenColumns(rows: readonly Row[], gutter: Gutter): boolean {
  const inside = rows.slice(gutter.firstRow, gutter.lastRow + 1).map((row) => row.pieces);
  const middle = (gutter.left + gutter.right) / 2;
  const sides = [(piece: Piece) => piece.right <= middle, (piece: Piece) => piece.right > middle].map((isHere) =>
    inside.map((pieces) => pieces.filter(isHere)).filter((pieces) => pieces.length > 0),
  );
  if (sides.some((lines) => lines.length < minLines || isSparse(lines))) return false;
  if (sides.some((lines) => lines.filter(isNumeric).length > maxNumeric * lines.length)) return false;
  return sides.every(isRunningText) || isDrawnOneByOne(sides);
}

/** In heights of a line: what a line takes from the height of its column. A column is filled by this part at least. */
const lineHeight = 1.2;
const minFilled = 0.4;

/** True of notes here and there beside a text. */
function isSparse(lines: readonly (readonly Piece[])[]): boolean {
  const pieces = lines.flat();
  const extent = Math.max(...pieces.map(({ bottom }) => bottom)) - Math.min(...pieces.map(({ top }) => top));
  const size = medianOf(pieces.map(({ top, bottom }) => bottom - top));
  return lines.length * lineHeight * size < minFilled * extent;
}

function isRunningText(lines: readonly (readonly Piece[])[]): boolean {
  const left = Math.min(...lines.flat().map((piece) => piece.left));
  const widths = lines.map((line) => Math.max(...line.map(({ right }) => right)) - left);
  return medianOf(lines.map(lengthOf)) >= minLineLength && medianOf(widths) >= minLineWidth * Math.max(...widths);
}

const lengthOf = (line: readonly Piece[]): number => line.reduce((sum, { text }) => sum + text.length + 1, -1);

function isNumeric(line: readonly Piece[]): boolean {
  const text = line.map((piece) => piece.text).join("");
  return (text.match(/\p{N}/gu)?.length ?? 0) > (text.match(/\p{L}/gu)?.length ?? 0);
}

/** True where the file has one side as a whole before the other. */
function isDrawnOneByOne(sides: readonly (readonly (readonly Piece[])[])[]): boolean {
  const [left = [], right = []] = sides.map((lines) => lines.flat().map(({ start }) => start));
  return Math.max(...left) < Math.min(...right) || Math.max(...right) < Math.min(...left);
}

/** In usual distances between lines: one that divides paragraphs. In heights of a line: the same where there are too few lines to tell. */
const paragraphDistance = 1.35;
const paragraphHeights = 2;

function written(rows: readonly Row[]): string {
  const distances = rows.slice(1).map((row, index) => row.base - (rows[index]?.base ?? 0));
  const usual = rows.length > 3 ? medianOf(distances) : undefined;
  const lines = rows.map((row, index) => {
    const distance = distances[index - 1] ?? 0;
    const divides = distance > (usual === undefined ? paragraphHeights * row.size : paragraphDistance * usual);
    return `${divides ? "\n" : ""}${lineOf(row)}`;
  });
  return lines.join("\n");
}

function lineOf({ pieces }: Row): string {
  const leftwards = pieces.filter(({ text }) => isRightToLeft(text.codePointAt(0) ?? 0)).length > pieces.length / 2;
  return (leftwards ? pieces.toReversed() : pieces).map(({ text }) => text).join(" ");
}
