import { type Box, heightOf } from "./clean-up/letters.ts";
import { boxAround } from "./clean-up/open-rows.ts";
import type { Word } from "./engine.ts";
import { isRightToLeft } from "./pdf/pieces.ts";
import { linesOf } from "./reading.ts";

interface Line {
  readonly begins: NonNullable<Word["begins"]>;
  readonly words: readonly Word[];
}

/**
 * Words with lines that were read by themselves, each in the row of the line that is nearest to it, or before or after that line.
 *
 * @param stays false for words that are left out.
 */
export function withLines(words: readonly Word[], found: readonly (readonly Word[])[], stays: (word: Word) => boolean): Word[] {
  let lines: readonly Line[] = linesOf(words)
    .map((line) => ({ begins: line[0]?.begins ?? "line", words: line.filter(stays) }))
    .filter((line) => line.words.length > 0);
  for (const line of found.toSorted((one, other) => boxOf(one).top - boxOf(other).top)) lines = withLine(lines, line);
  return lines.flatMap((line) =>
    line.words.map(({ begins: _, ...word }, index) => (index === 0 ? { ...word, begins: line.begins } : word)),
  );
}

function withLine(lines: readonly Line[], words: readonly Word[]): Line[] {
  const [nearest] = lines
    .map((line, index) => ({ line, index, ...placeBy(line.words, words) }))
    .sort((one, other) => one.distance - other.distance);
  const added: Line = { begins: "line", words };
  if (nearest === undefined) return [added];
  const { line, index, side } = nearest;
  const inPlace = { above: [added, line], below: [line, added], beside: [joined(line, words)] }[side];
  return [...lines.slice(0, index), ...inPlace, ...lines.slice(index + 1)];
}

function joined({ begins, words }: Line, others: readonly Word[]): Line {
  const all = [...words, ...others].sort((one, other) => one.box.left - other.box.left);
  const isLeftwards = all.some(({ text }) => isRightToLeft(text.codePointAt(0) ?? 0));
  return { begins, words: isLeftwards ? all.reverse() : all };
}

/** Of the lower one's height: lines that share more of it stand in one row. */
const minShared = 0.5;
/** A line above or below counts as this many times as far; one beside it as so much nearer where both are the cells of a table or a form. */
const [downwards, cellsNearness] = [2, 4];
/** Words of a cell: more are a line of a column. */
const maxCellWords = 4;
/** Pixels that no page has. */
const beyond = 1e6;

/** Where other words are seen from a line, and how far; what is neither in its row nor in its column is farther than all that is. */
function placeBy(
  line: readonly Word[],
  others: readonly Word[],
): { readonly side: "above" | "below" | "beside"; readonly distance: number } {
  const [box, other] = [boxOf(line), boxOf(others)];
  const across = Math.max(0, other.left - box.right, box.left - other.right);
  const shared = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
  const areCells = line.length <= maxCellWords && others.length <= maxCellWords;
  if (shared > minShared * Math.min(heightOf(box), heightOf(other)))
    return { side: "beside", distance: areCells ? across / cellsNearness : across };
  const down = Math.max(0, other.top - box.bottom, box.top - other.bottom);
  return { side: other.top < box.top ? "above" : "below", distance: downwards * down + across + (across > 0 ? beyond : 0) };
}

/** Around all words of a line. */
export const boxOf = (words: readonly Word[]): Box => boxAround(words.map(({ box }) => box));
