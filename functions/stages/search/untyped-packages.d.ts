declare module "wink-porter2-stemmer" {
  /** Porter's second stemmer, for English words in lower case. */
  export default function stem(word: string): string;
}
