/** The package ships no types; this is the part of it that is called. */
declare module "vader-sentiment" {
  const vader: {
    SentimentIntensityAnalyzer: {
      /** `compound` is in -1..1, rounded to four decimals; 0 where no word is in the lexicon. */
      polarity_scores(text: string): { neg: number; neu: number; pos: number; compound: number };
    };
  };
  export default vader;
}
