import { analyseSentiment } from "./sentiment/analyse-sentiment.ts";
import type { StageFunction } from "./stage-handler.ts";
import { countWords } from "./words.ts";

/** The inference stage: whether a text speaks well or ill of what it is about. */
export const inferenceStage: StageFunction<"ml_inference"> = async ({ text }) => ({
  result: { stage: "ml_inference", ...(await analyseSentiment(text)), tokenCount: countWords(text) },
});
