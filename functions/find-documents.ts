import { findDocumentsRoute } from "./api/find-documents.ts";
import { createHttpHandler } from "./api/http.ts";
import { relatedDocuments } from "./services/services.ts";

export const handler = createHttpHandler(findDocumentsRoute(relatedDocuments()));
