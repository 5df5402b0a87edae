import { analyseSentiment } from "./lib/sentiment/analyse-sentiment.ts";
import { stageServices } from "./lib/services.ts";
import { createStageHandler } from "./lib/stage-handler.ts";
import { countWords } from "./lib/words.ts";

export const handler = createStageHandler(
  "ml_inference",
  async ({ text }) => ({ result: { stage: "ml_inference", ...(await analyseSentiment(text)), tokenCount: countWords(text) } }),
  stageServices(),
);
