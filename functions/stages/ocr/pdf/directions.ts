/** A letter with its place on the line, or a space. */
export interface PlacedText {
  readonly text: string;
  readonly left: number;
}

type Direction = "leftwards" | "rightwards" | "neither";

interface Token {
  readonly direction: Direction;
  readonly left: number;
  text: string;
}

const leftwardLetter = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const mirrored: Readonly<Record<string, string>> = {
  "(": ")",
  ")": "(",
  "[": "]",
  "]": "[",
  "{": "}",
  "}": "{",
  "<": ">",
  ">": "<",
  "«": "»",
  "»": "«",
};

/**
 * A line in which some words run to the left, with words of the same direction after each other as they are read: leftward ones from the right,
 * others from the left. pdfium decides on one direction for the whole line by the number of its parts, so that an address reverses the words
 * beside it, and they the address.
 */
export function inDirection(line: readonly PlacedText[]): string {
  const tokens = tokensOf(line);
  let text = "";
  for (let at = 0; at < tokens.length; ) {
    const run = runAt(tokens, at);
    text += isReversed(run) ? run.toReversed().map(mirroredText).join("") : run.map((token) => token.text).join("");
    at += run.length;
  }
  return text;
}

function directionOf(text: string): Direction {
  if (/[\p{L}\p{M}]/u.test(text)) return leftwardLetter.test(text) || /\p{M}/u.test(text) ? "leftwards" : "rightwards";
  return /\p{N}/u.test(text) ? "rightwards" : "neither";
}

function tokensOf(line: readonly PlacedText[]): Token[] {
  const tokens: Token[] = [];
  for (const { text, left } of line) {
    const direction = directionOf(text);
    const last = tokens.at(-1);
    if (direction !== "neither" && last?.direction === direction) last.text += text;
    else tokens.push({ direction, left, text });
  }
  return tokens;
}

/** The tokens from one of a direction to the last before one of the other; numbers with a space between them are apart. */
function runAt(tokens: readonly Token[], start: number): readonly Token[] {
  let end = start;
  for (let at = start + 1; at < tokens.length && tokens[start]?.direction !== "neither"; at++) {
    const token = tokens[at];
    if (token === undefined || token.direction === "neither") continue;
    const between = tokens.slice(end + 1, at);
    if (
      token.direction !== tokens[start]?.direction ||
      (isNumber(token) && isNumber(tokens[end]) && between.some(({ text }) => text === " "))
    )
      break;
    end = at;
  }
  return tokens.slice(start, end + 1);
}

const isNumber = (token: Token | undefined): boolean => /^\p{N}+$/u.test(token?.text ?? "");

function isReversed(run: readonly Token[]): boolean {
  const [first, last] = [run[0], run.at(-1)];
  if (first === undefined || last === undefined || first === last) return false;
  return first.direction === "leftwards" ? last.left > first.left : last.left < first.left;
}

const mirroredText = ({ direction, text }: Token): string => (direction === "neither" ? (mirrored[text] ?? text) : text);
