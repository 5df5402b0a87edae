/** Fits the weights in functions/lib/sentiment/calibration.ts: `node scripts/calibrate-sentiment.ts FILE…`, prints them and how good they are. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { type Calibration, likeliest, probabilities, type Sentiment, sentiments } from "../functions/lib/sentiment/calibration.ts";
import { textScore } from "../functions/lib/sentiment/text-score.ts";

export interface RatedText {
  /** Where the text is from. */
  readonly set: string;
  readonly score: number;
  readonly sentiment: Sentiment;
}

/** A mean rating (-4..4) no further than this from 0 is NEUTRAL. */
const neutralRating = 0.5;

/**
 * The weights under which the ratings are most likely, by gradient ascent. Every sentiment of every set counts the same, so that no set's share
 * of neutral texts (5 % of film reviews, 46 % of editorials) becomes what is expected of any text.
 */
export function fitCalibration(texts: readonly RatedText[], rounds = 500): Calibration {
  const cells = [...Map.groupBy(texts, ({ set, sentiment }) => `${set} ${sentiment}`).values()];
  let calibration: Calibration = { NEGATIVE: [0, 0, 0], NEUTRAL: [0, 0, 0], POSITIVE: [0, 0, 0] };
  for (let round = 0; round < rounds; round++) calibration = ascend(calibration, cells);
  return calibration;
}

function ascend(calibration: Calibration, cells: readonly (readonly RatedText[])[], rate = 4): Calibration {
  const next = { ...calibration };
  for (const cell of cells) {
    for (const { score, sentiment } of cell) {
      const probability = probabilities(score, calibration);
      for (const each of ["NEGATIVE", "POSITIVE"] as const) {
        // NEUTRAL's weights stay 0: only differences matter
        const miss = (rate * ((each === sentiment ? 1 : 0) - probability[each])) / cell.length / cells.length;
        const [base, slope, strength] = next[each];
        next[each] = [base + miss, slope + miss * score, strength + miss * Math.abs(score)];
      }
    }
  }
  return next;
}

/** Macro-F1, and how far `confidence` is from the share that is right: weighted mean over ten bins. Both 0..1. */
export function quality(texts: readonly RatedText[], calibration: Calibration): { macroF1: number; calibrationError: number } {
  const guesses = texts.map(({ score, sentiment }) => {
    const probability = probabilities(score, calibration);
    const guess = likeliest(probability);
    return { sentiment, guess, confidence: probability[guess], right: guess === sentiment };
  });
  const f1 = sentiments.map((each) => {
    const involved = guesses.filter(({ sentiment, guess }) => sentiment === each || guess === each);
    const found = involved.filter(({ right }) => right).length;
    return (2 * found) / Math.max(found + involved.length, 1);
  });
  const bins = [...Map.groupBy(guesses, ({ confidence }) => Math.floor(confidence * 10)).values()];
  const gaps = bins.map((bin) => Math.abs(bin.reduce((gap, { confidence, right }) => gap + confidence - (right ? 1 : 0), 0)));
  return {
    macroF1: f1.reduce((sum, each) => sum + each) / f1.length,
    calibrationError: gaps.reduce((sum, gap) => sum + gap, 0) / texts.length,
  };
}

/** Lines of `document_sentence`, mean rating and text, with tabs between. Every third document is held out. */
function read(file: string): (RatedText & { heldOut: boolean })[] {
  const lines = readFileSync(file, "utf8")
    .split(/\r?\n/)
    .filter((line) => line !== "");
  return lines.map((line) => {
    const [id = "", rating = "", ...text] = line.split("\t");
    const sentiment = Math.abs(Number(rating)) <= neutralRating ? "NEUTRAL" : Number(rating) < 0 ? "NEGATIVE" : "POSITIVE";
    return { set: basename(file), heldOut: Number.parseInt(id, 10) % 3 === 0, score: textScore(text.join(" ")), sentiment };
  });
}

if (import.meta.main) {
  const texts = process.argv.slice(2).flatMap(read);
  const calibration = fitCalibration(texts.filter(({ heldOut }) => !heldOut));
  console.log(calibration);
  for (const [set, held] of Map.groupBy(
    texts.filter(({ heldOut }) => heldOut),
    ({ set }) => set,
  )) {
    console.log(set, held.length, quality(held, calibration));
  }
}
