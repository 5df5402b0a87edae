import { environmentVariable } from "./lib/environment.ts";
import { type RelatedDocumentsMode, searchStage } from "./lib/search/search-stage.ts";
import { relatedDocuments, stageServices } from "./lib/services.ts";
import { createStageHandler } from "./lib/stage-handler.ts";

const mode = environmentVariable("RELATED_DOCUMENTS") as RelatedDocumentsMode;

export const handler = createStageHandler("search", searchStage(relatedDocuments(), mode), stageServices());
