import { deleteJobRoute } from "./api/delete-job.ts";
import { createHttpHandler } from "./api/http.ts";
import { logger } from "./services/logger.ts";
import { documentStore, jobRepository, relatedDocuments, uploadStore } from "./services/services.ts";

export const handler = createHttpHandler(
  deleteJobRoute({ jobs: jobRepository(), documents: documentStore(), related: relatedDocuments(), uploads: uploadStore() }),
  logger,
);
