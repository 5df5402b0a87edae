import { findDocumentsRoute } from "./api/find-documents.ts";
import { createHttpHandler } from "./api/http.ts";
import { logger } from "./services/logger.ts";
import { relatedDocuments } from "./services/services.ts";

export const handler = createHttpHandler(findDocumentsRoute(relatedDocuments()), logger);
