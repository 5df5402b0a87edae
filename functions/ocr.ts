import { createStageHandler } from "./jobs/stage-handler.ts";
import { stageServices } from "./services/services.ts";
import { ocrStage } from "./stages/ocr/run.ts";

export const handler = createStageHandler("ocr", ocrStage, stageServices());
