// Generates functions/stages/ml-inference/lexicon.generated.json from the word list of VADER: words and emoticons, each rated by ten people.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { tokensOf } from "../../functions/stages/ml-inference/tokens.ts";

/** Groups the words by their mean rating (-4..4); each group is one string. Entries that are not one token are left out. */
export function lexiconTable(lines: readonly string[]): Record<string, string> {
  const rated = new Map<string, number>();
  for (const line of lines) {
    const [written = "", rating = ""] = line.split("\t");
    const [token, ...more] = tokensOf(written);
    if (token !== undefined && more.length === 0 && !token.text.startsWith("<") && Number(rating) !== 0)
      rated.set(token.text, Number(rating));
  }
  rated.delete("no"); // more often a negation than a refusal
  const groups = Map.groupBy(
    [...rated].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1)),
    ([, rating]) => String(rating),
  );
  return Object.fromEntries([...groups].map(([rating, members]) => [rating, members.map(([word]) => word).join(" ")]));
}

if (import.meta.main) {
  const source = new URL("vader_lexicon.txt", import.meta.resolve("vader-sentiment/package.json"));
  const target = new URL("../../functions/stages/ml-inference/lexicon.generated.json", import.meta.url);
  const words = lexiconTable(readFileSync(source, "utf8").split(/\r?\n/));
  const licence = "Word list of VADER, copyright (c) 2016 C.J. Hutto, MIT License; see docs/model-card.md";
  writeFileSync(fileURLToPath(target), `${JSON.stringify({ licence, words }, null, 1)}\n`);
}
