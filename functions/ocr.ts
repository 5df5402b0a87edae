import { extractText } from "./lib/ocr/extract-text.ts";
import { stageServices } from "./lib/services.ts";
import { createStageHandler } from "./lib/stage-handler.ts";

export const handler = createStageHandler("ocr", ({ text }) => extractText(text), stageServices());
