/** Frequent English words that few other languages spell so. */
const englishWords = new Set(
  (
    "the and is are am be been to of it its it's you your i i'm i've my this that these with for not have had do don't does but we they he she " +
    "by at from his her what which who how very if when there their our would could should will can get out about up than more too just like"
  ).split(" "),
);

/** The part of a text that is analysed, in UTF-16 code units. */
const sampleLength = 4_000;
/** The number and the share of English words from which on a text is English without a closer look. */
const minEnglish = { words: 2, share: 0.15 } as const;
/** The language of fewer words in plain Latin letters is not certain: names, titles and single words are spelt alike in many. */
const minPlainWords = 4;
/** The share of English words in English prose, beyond three words that any text may lack: one of 23,703 rated sentences has fewer. */
const proseEnglish = { missing: 3, share: 0.12 } as const;
/** Where English scores this share of what another language does, a short text is as likely English. */
const nearlyEnglish = 0.84;

const wordPattern = /[\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*/gu;

export interface TextLanguage {
  /** ISO 639-1; undefined where it cannot be detected. */
  readonly language: string | undefined;
  /** False for another language, detected or not, and for what is no prose: code, logs and tables lack its common words too. */
  readonly isEnglish: boolean;
}

/**
 * The language of a text.
 *
 * Most English texts are recognised by their most common words. Others are compared by their letter groups, whose table is loaded when it is first needed:
 * a fifth of a second and 40 MB, which most English texts do not need.
 *
 * @param text whose first 4,000 code units are analysed.
 */
export async function languageOf(text: string): Promise<TextLanguage> {
  const sample = text.slice(0, sampleLength).replace(/\p{Default_Ignorable_Code_Point}+/gu, "");
  const words = sample.toLowerCase().replaceAll("’", "'").match(wordPattern) ?? [];
  const english = words.filter((word) => englishWords.has(word)).length;
  if (english >= minEnglish.words && english >= minEnglish.share * words.length) return { language: "en", isEnglish: true };
  if (words.length === 0 || (words.length < minPlainWords && words.every((word) => /^[a-z']+$/.test(word))))
    return { language: undefined, isEnglish: true };
  const isProse = english + proseEnglish.missing >= proseEnglish.share * words.length;
  const language = await detectedLanguage(words);
  return { language, isEnglish: isProse && (language === undefined || language === "en") };
}

async function detectedLanguage(words: readonly string[]): Promise<string | undefined> {
  const { eld } = await import("eld/extrasmall");
  const detected = eld.detect(words.join(" "));
  const scores = detected.getScores();
  const isNearEnglish = (scores["en"] ?? 0) > nearlyEnglish * (scores[detected.language] ?? 0);
  if (detected.language === "en") return "en";
  return detected.isReliable() && !isNearEnglish ? detected.language : undefined;
}
