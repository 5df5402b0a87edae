import { createStageHandler } from "./jobs/stage-handler.ts";
import { environmentVariable } from "./services/environment.ts";
import { relatedDocuments, stageServices } from "./services/services.ts";
import { type RelatedDocumentsMode, searchStage } from "./stages/search/run.ts";

const mode = environmentVariable("RELATED_DOCUMENTS") as RelatedDocumentsMode;

export const handler = createStageHandler("search", searchStage(relatedDocuments(), mode), stageServices());
