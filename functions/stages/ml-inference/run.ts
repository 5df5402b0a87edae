import type { StageFunction } from "../stage-function.ts";
import { countWords } from "../words.ts";
import { analyseSentiment } from "./analyse-sentiment.ts";
import type { mlInference } from "./stage.ts";

export const run: StageFunction<typeof mlInference> = async ({ text }) => ({
  result: { stage: "ml_inference", ...(await analyseSentiment(text)), tokenCount: countWords(text) },
});
