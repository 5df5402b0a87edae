import { createStageHandler } from "./jobs/stage-handler.ts";
import { stageServices } from "./services/services.ts";
import { inferenceStage } from "./stages/ml-inference/run.ts";

export const handler = createStageHandler("ml_inference", inferenceStage, stageServices());
