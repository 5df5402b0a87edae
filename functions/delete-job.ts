import { deleteJobRoute } from "./api/delete-job.ts";
import { createHttpHandler } from "./api/http.ts";
import { documentStore, uploadStore } from "./services/documents.ts";
import { logger } from "./services/logger.ts";
import { jobRepository, relatedDocuments } from "./services/services.ts";

export const handler = createHttpHandler(
  deleteJobRoute({ jobs: jobRepository(), documents: documentStore(), related: relatedDocuments(), uploads: uploadStore() }),
  logger,
);
