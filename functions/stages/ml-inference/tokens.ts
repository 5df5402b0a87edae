/** A word, emoticon or mark, as the model sees it. */
export interface Token {
  /** In lower case; addresses, user names and numbers are only named as such, and a rating is `<rated -4>` to `<rated 4>`. */
  readonly text: string;
  /** A `stop` ends a sentence, a `pause` a part of one. */
  readonly kind: "word" | "emoticon" | "pause" | "stop";
  /** It is SHOUTED. */
  readonly isCapitals: boolean;
  /** It is draaawn out. */
  readonly isElongated: boolean;
}

/** In UTF-16 code units, more than any word that has a sentiment; longer ones are skipped, so that no step below has to process a huge one. */
const maxTokenLength = 40;

/** Words after `1 out of 5` that make a share of it. */
const counted = "of|people|patients|adults|children|women|men|users|customers|students|households|doctors|times|cases|votes";

const patterns = {
  stars: "[★☆⭐🌟✩✭]{2,10}",
  rating: String.raw`(?<![\p{L}\p{N}/.,-])(?:\d{1,2}(?:[.,]\d)? ?(?:\/|out of) ?(?:5|10)(?![\p{L}\p{N}/-]|[.,]\p{N}| (?:${counted})\b)|(?:[1-5]|[Oo]ne|[Tt]wo|[Tt]hree|[Ff]our|[Ff]ive)[ -]stars?(?![\p{L}\p{N}]))`,
  address: String.raw`https?:\/\/\S+`,
  // Every repetition has an end: without one, a text of brackets takes quadratic time.
  emoticon: String.raw`\p{Extended_Pictographic}|<\/?3|\^_{0,3}\^|(?<!\p{N})(?:[<>]?[:;=][-o*'^]?[)\](\[dDpP/\\|@3<>]{1,12}|[xX]D{1,12}|[)(\]]{1,12}[-o*']?[:;=])(?![\p{L}\p{N}])`,
  word: String.raw`[@#]?[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:['’][\p{L}\p{N}][\p{L}\p{N}\p{M}]*)*`,
  stop: String.raw`[!?]+|[.…]+|\n\s*\n`,
  pause: "[,;:()—–]",
};
const tokenPattern = new RegExp(
  Object.entries(patterns)
    .map(([kind, pattern]) => `(?<${kind}>${pattern})`)
    .join("|"),
  "gu",
);

/** The tokens of a text in order. Takes time in proportion to its length, for any content. */
export function* tokensOf(text: string): Generator<Token> {
  const visible = text.replace(/\p{Default_Ignorable_Code_Point}+/gu, "");
  for (const { groups = {} } of visible.matchAll(tokenPattern)) {
    const token = tokenFrom(groups);
    if (token !== undefined) yield token;
  }
}

const plain = { isCapitals: false, isElongated: false };

function tokenFrom({
  stars,
  rating,
  address,
  emoticon,
  word,
  stop,
  pause,
}: Readonly<Record<string, string | undefined>>): Token | undefined {
  if (stars !== undefined)
    return (
      ratingToken([...stars].filter((star) => !"☆✩✭".includes(star)).length, /[☆✩✭]/.test(stars) ? [...stars].length : 5) ?? {
        ...plain,
        kind: "emoticon",
        text: "⭐",
      }
    );
  if (rating !== undefined) return ratingFrom(rating) ?? { ...plain, kind: "word", text: "<number>" };
  if (word !== undefined) return word.length > maxTokenLength ? undefined : wordToken(word);
  if (pause !== undefined) return { ...plain, kind: "pause", text: pause };
  if (stop !== undefined) return { ...plain, kind: "stop", text: stopFrom(stop) };
  if (emoticon !== undefined) return { ...plain, kind: "emoticon", text: faceOf(emoticon) };
  return address === undefined ? undefined : { ...plain, kind: "word", text: "<address>" };
}

const numbers = ["", "one", "two", "three", "four", "five"];

function ratingFrom(written: string): Token | undefined {
  const [given = "", scale = "5"] = written
    .toLowerCase()
    .split(/\/|out of|[ -]stars?/)
    .map((part) => part.trim());
  return ratingToken(numbers.includes(given) ? numbers.indexOf(given) : Number(given.replace(",", ".")), Number(scale || 5));
}

/** Of a scale that begins with 1; as VADER rates words, from -4 to 4. */
function ratingToken(given: number, scale: number): Token | undefined {
  if (given > scale || scale < 2) return undefined;
  const share = Math.max(given - 1, 0) / (scale - 1);
  return { ...plain, kind: "emoticon", text: `<rated ${Math.round(8 * share) - 4}>` };
}

function wordToken(written: string): Token {
  const isElongated = /(\p{L})\1\1/u.test(written);
  const isCapitals = /^\P{Ll}*\p{Lu}\P{Ll}*\p{Lu}\P{Ll}*$/u.test(written);
  return { kind: "word", text: nameOf(written.normalize("NFKC").toLowerCase().replaceAll("’", "'")), isCapitals, isElongated };
}

function nameOf(word: string): string {
  if (word.startsWith("@")) return "<user>";
  if (/^#?\d+$/.test(word)) return "<number>";
  return word.replace(/^#/, "").replace(/(\p{L})\1{2,}/gu, "$1$1");
}

/** Marks that end a sentence; two of a kind for any more of them. */
function stopFrom(written: string): string {
  if (written.startsWith("\n")) return ".";
  if (written.includes("?")) return written.includes("!") ? "?!" : "?";
  return written.length > 1 ? `${written[0]}${written[0]}` : written;
}

/** `:-)))` is `:)`. */
const faceOf = (written: string): string =>
  written
    .slice(0, 12)
    .replace(/(?<=[:;=])[-o*'^]|[-o*'](?=[:;=])/g, "")
    .replace(/(\S)\1+/g, "$1");
