import { createStageHandler } from "./jobs/stage-handler.ts";
import { stageServices } from "./services/stage-services.ts";
import { run } from "./stages/ocr/run.ts";
import { ocr } from "./stages/ocr/stage.ts";

export const handler = createStageHandler(ocr, run, stageServices());
