import vader from "vader-sentiment";
import { sentimentOf } from "../../../../functions/stages/ml-inference/analyse-sentiment.ts";
import { sentiments } from "../../../../functions/stages/ml-inference/sentiment.ts";
import { shippedModel } from "../../../../functions/stages/ml-inference/shipped-model.ts";
import type { Row } from "../../../../scripts/table.ts";
import { type Answer, mostLikely, qualityOf } from "../../train/quality.ts";
import labelled from "./labelled.json" with { type: "json" };

/** One system to compare; `right` is passed through. */
type System = (text: string, right: Answer["right"]) => Answer;

const systems: readonly (readonly [name: string, system: System])[] = [
  ["this project", (text, right) => mostLikely(sentimentOf(text, shippedModel), right)],
  ["VADER", byVader],
  ["two word lists", byWordLists],
];

export const sentimentHead: Row = ["Sentiment", "right %", "half credit %", "macro-F1 %", "calibration error %", "by chance %"];

/** The quality of each system on the labelled texts of this project, which none of them was trained on. */
export function evaluateSentiment(): Row[] {
  return systems.map(([name, system]) => {
    const answers = labelled.map(({ text, sentiment }) => system(text, placeOf(sentiment)));
    const { accuracy, polarity, macroF1, calibrationError, chanceError } = qualityOf(answers);
    return [name, ...[accuracy, polarity, macroF1, calibrationError, chanceError].map((share) => (100 * share).toFixed(1))];
  });
}

export const sentimentNote = `${labelled.length} texts: reviews, mails, short messages, facts, news. Half credit: of those that are not neutral, a NEUTRAL counts one half. By chance: the calibration error that as many answers of a perfectly calibrated system have.`;

function placeOf(sentiment: string): Answer["right"] {
  if (sentiment === sentiments[0]) return 0;
  return sentiment === sentiments[2] ? 2 : 1;
}

/** Uses VADER's own thresholds, and the magnitude of its score as the confidence. */
function byVader(text: string, right: Answer["right"]): Answer {
  const { compound } = vader.SentimentIntensityAnalyzer.polarity_scores(text);
  if (Math.abs(compound) < 0.05) return { guess: 1, right, confidence: 1 - Math.abs(compound) };
  return { guess: compound > 0 ? 2 : 0, right, confidence: Math.abs(compound) };
}

const praise = new Set(
  "good great excellent amazing awesome love like best happy wonderful fantastic perfect nice helpful fast".split(" "),
);
const blame = new Set("bad terrible awful horrible worst hate poor sad slow broken disappointing useless angry wrong fail".split(" "));

/** Counts the words of two short lists, as samples of text pipelines do. */
function byWordLists(text: string, right: Answer["right"]): Answer {
  const words = text.toLowerCase().match(/[a-z']+/g) ?? [];
  const [good, bad] = [praise, blame].map((list) => words.filter((word) => list.has(word)).length);
  const difference = (good ?? 0) - (bad ?? 0);
  const confidence = Math.min(0.5 + 0.1 * Math.abs(difference), 0.99);
  if (difference === 0) return { guess: 1, right, confidence };
  return { guess: difference > 0 ? 2 : 0, right, confidence };
}
