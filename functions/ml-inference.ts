import { createStageHandler } from "./jobs/stage-handler.ts";
import { stageServices } from "./services/stage-services.ts";
import { run } from "./stages/ml-inference/run.ts";
import { mlInference } from "./stages/ml-inference/stage.ts";

export const handler = createStageHandler(mlInference, run, stageServices());
