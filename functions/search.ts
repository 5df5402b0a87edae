import { createStageHandler } from "./jobs/stage-handler.ts";
import { environmentVariable } from "./services/environment.ts";
import { relatedDocuments } from "./services/services.ts";
import { stageServices } from "./services/stage-services.ts";
import { type RelatedDocumentsMode, runWith } from "./stages/search/run.ts";
import { search } from "./stages/search/stage.ts";

const mode = environmentVariable("RELATED_DOCUMENTS") as RelatedDocumentsMode;

export const handler = createStageHandler(search, runWith(relatedDocuments(), mode), stageServices());
