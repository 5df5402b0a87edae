import { ocrStage } from "./lib/ocr/ocr-stage.ts";
import { stageServices } from "./lib/services.ts";
import { createStageHandler } from "./lib/stage-handler.ts";

export const handler = createStageHandler("ocr", ocrStage, stageServices());
