import { findDocumentsRoute } from "./lib/find-documents.ts";
import { createHttpHandler } from "./lib/http.ts";
import { relatedDocuments } from "./lib/services.ts";

export const handler = createHttpHandler(findDocumentsRoute(relatedDocuments()));
