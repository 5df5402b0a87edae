// Generates functions/stages/search/stop-words.generated.json from stopwords-iso and, for languages that it has no list or a short one of, more-stop-words.json.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { segmentWords } from "../../functions/stages/words.ts";
import more from "./more-stop-words.json" with { type: "json" };

/** The languages that `eld` detects, except English, which has a list of its own; ISO 639-1. */
const languages =
  "am ar az be bg bn ca cs da de el es et eu fa fi fr gu he hi hr hu hy is it ja ka kn ko ku lo lt lv ml mr ms nl no or pa pl pt ro ru sk sl sq sr sv ta te th tl tr uk ur vi yo zh".split(
    " ",
  );

/** A list for each language, as one string: words that are divided as those of a text are, and no single consonants. */
export function stopWordTable(
  lists: Readonly<Record<string, readonly string[]>>,
  more: Readonly<Record<string, string>>,
): Record<string, string> {
  const entries = languages.map((language) => {
    const written = [...(lists[language] ?? []), ...(more[language]?.split(" ") ?? [])].map((word) => word.normalize("NFKC").toLowerCase());
    return [language, [...new Set(written.filter(isOneWord))].sort().join(" ")] as const;
  });
  return Object.fromEntries(entries);
}

function isOneWord(written: string): boolean {
  const [word, ...others] = segmentWords(written);
  return word === written && others.length === 0 && /^\p{L}/u.test(word) && !/^[b-df-hj-np-tv-xz]$/.test(word);
}

if (import.meta.main) {
  const lists: Record<string, string[]> = JSON.parse(
    readFileSync(fileURLToPath(import.meta.resolve("stopwords-iso/stopwords-iso.json")), "utf8"),
  );
  const target = fileURLToPath(new URL("../../functions/stages/search/stop-words.generated.json", import.meta.url));
  const licence = `Lists of stopwords-iso, copyright (c) 2020 Gene Diaz, MIT License. ${more.licence}`;
  writeFileSync(target, `${JSON.stringify({ licence, words: stopWordTable(lists, more.words) }, null, 1)}\n`);
}
