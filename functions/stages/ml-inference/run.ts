import type { StageFunction } from "../../jobs/stage-handler.ts";
import { countWords } from "../words.ts";
import { analyseSentiment } from "./analyse-sentiment.ts";

/** The inference stage: whether a text speaks well or ill of what it is about. */
export const inferenceStage: StageFunction<"ml_inference"> = async ({ text }) => ({
  result: { stage: "ml_inference", ...(await analyseSentiment(text)), tokenCount: countWords(text) },
});
