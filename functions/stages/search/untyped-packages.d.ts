// Only the lists that are used: a bundle then holds no others.
declare module "stopword/dist/stopword.esm.mjs" {
  type StopList = readonly string[];
  export const ara: StopList, ben: StopList, bul: StopList, cat: StopList, ces: StopList, dan: StopList, deu: StopList, ell: StopList;
  export const eng: StopList, fas: StopList, fin: StopList, fra: StopList, heb: StopList, hin: StopList, hrv: StopList, hun: StopList;
  export const ind: StopList, ita: StopList, jpn: StopList, kor: StopList, nld: StopList, nob: StopList, pol: StopList, porBr: StopList;
  export const ron: StopList, rus: StopList, slk: StopList, spa: StopList, swe: StopList, tha: StopList, tur: StopList, ukr: StopList;
  export const urd: StopList, vie: StopList, zho: StopList;
}

declare module "wink-porter2-stemmer" {
  /** Porter's second stemmer, for English words in lower case. */
  export default function stem(word: string): string;
}
