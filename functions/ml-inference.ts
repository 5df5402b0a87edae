import { inferenceStage } from "./lib/inference-stage.ts";
import { stageServices } from "./lib/services.ts";
import { createStageHandler } from "./lib/stage-handler.ts";

export const handler = createStageHandler("ml_inference", inferenceStage, stageServices());
