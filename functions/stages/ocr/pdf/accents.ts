import { type PageCharacters, slanted } from "./page-layer.ts";
import { placeOf } from "./pieces.ts";

/** Accents that stand alone, and the marks that they are on a letter. */
const marks: ReadonlyMap<number, number> = new Map([
  [0x60, 0x300],
  [0xa8, 0x308],
  [0xaf, 0x304],
  [0xb4, 0x301],
  [0xb8, 0x327],
  [0x2c6, 0x302],
  [0x2c7, 0x30c],
  [0x2d8, 0x306],
  [0x2d9, 0x307],
  [0x2da, 0x30a],
  [0x2db, 0x328],
  [0x2dc, 0x303],
  [0x2dd, 0x30b],
]);
/** Letters without a dot, where an accent takes its place. */
const dotted: ReadonlyMap<number, number> = new Map([
  [0x131, 0x69],
  [0x237, 0x6a],
]);

/** In widths of the letter, and in heights of its line: how far an accent may be from the letter that it is drawn onto. */
const maxAside = 0.5;
const maxRaised = 0.5;
/** Characters before and after an accent among which its letter is: pdfium may move it to the end of its line. */
const within = 100;

/**
 * The characters with each accent that is drawn onto a letter as a mark behind that letter. TeX's older fonts have no letters with accents:
 * it draws the accent, moves back and draws the letter.
 */
export function withMarks(characters: PageCharacters): PageCharacters {
  if (!characters.codes.some((code) => marks.has(code))) return characters;
  const isLetter = Array.from(characters.codes, (code) => /\p{L}/u.test(String.fromCodePoint(code)));
  const letterOf = new Map<number, number>();
  const marksOf = new Map<number, number[]>();
  for (const [at, code] of characters.codes.entries()) {
    const letter = marks.has(code) ? letterUnder(characters, at, isLetter) : undefined;
    if (letter === undefined) continue;
    letterOf.set(at, letter);
    marksOf.set(letter, [...(marksOf.get(letter) ?? []), at]);
  }
  if (letterOf.size === 0) return characters;
  const order: number[] = [];
  for (const at of characters.codes.keys()) if (!letterOf.has(at)) order.push(at, ...(marksOf.get(at) ?? []));
  return marked(characters, order, letterOf);
}

/** The letter that an accent is drawn onto: of several the nearest, of those as near the next one. */
function letterUnder(characters: PageCharacters, accent: number, isLetter: readonly boolean[]): number | undefined {
  let [found, least]: [number | undefined, number] = [undefined, maxAside];
  for (let distance = 1; distance <= within; distance++) {
    for (const letter of [accent + distance, accent - distance]) {
      const aside = isLetter[letter] === true ? distanceAside(characters, accent, letter) : undefined;
      if (aside !== undefined && aside < least) [found, least] = [letter, aside];
    }
  }
  return found;
}

/** In widths of the letter; nothing where it is on another line. */
function distanceAside(characters: PageCharacters, accent: number, letter: number): number | undefined {
  const turn = characters.turns[letter];
  if (turn === undefined || turn === slanted || turn !== characters.turns[accent]) return undefined;
  const [above, below] = [placeOf(characters, accent, turn), placeOf(characters, letter, turn)];
  if (Math.abs(above.base - below.base) > maxRaised * (below.bottom - below.top)) return undefined;
  return Math.abs(above.left + above.right - below.left - below.right) / (2 * (below.right - below.left));
}

/** @param order the characters that are left, by their indices; a mark takes the room of its letter. */
function marked(characters: PageCharacters, order: readonly number[], letterOf: ReadonlyMap<number, number>): PageCharacters {
  const letters = new Set(letterOf.values());
  const codeOf = (index: number): number => {
    const code = characters.codes[index] ?? 0;
    return (letterOf.has(index) ? marks.get(code) : letters.has(index) ? dotted.get(code) : undefined) ?? code;
  };
  const rooms = order.map((index) => letterOf.get(index) ?? index);
  return {
    codes: Uint32Array.from(order, codeOf),
    boxes: Float32Array.from(rooms.flatMap((index) => [...characters.boxes.subarray(4 * index, 4 * index + 4)])),
    origins: Float32Array.from(rooms.flatMap((index) => [...characters.origins.subarray(2 * index, 2 * index + 2)])),
    turns: Uint8Array.from(rooms, (index) => characters.turns[index] ?? 0),
  };
}
