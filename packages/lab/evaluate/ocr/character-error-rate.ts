/**
 * Insertions, deletions and substitutions that turn what was read into what is there, as a share of what is there; at most 1.
 * Any run of white space counts as one space.
 */
export function characterErrorRate(truth: string, read: string): number {
  const expected = unspaced(truth);
  return expected.length === 0 ? Number(unspaced(read).length > 0) : Math.min(1, editDistance(expected, unspaced(read)) / expected.length);
}

function unspaced(text: string): string[] {
  return [...text.normalize("NFC").replace(/\s+/gu, " ").trim()];
}

/** @see Wagner and Fischer, The string-to-string correction problem, 1974 */
function editDistance(from: readonly string[], to: readonly string[]): number {
  let above = Uint32Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [row, character] of from.entries()) {
    const here = new Uint32Array(to.length + 1);
    here[0] = row + 1;
    for (let column = 1; column <= to.length; column++) {
      const substituted = (above[column - 1] ?? 0) + Number(character !== to[column - 1]);
      here[column] = Math.min(substituted, (above[column] ?? 0) + 1, (here[column - 1] ?? 0) + 1);
    }
    above = here;
  }
  return above[to.length] ?? 0;
}
