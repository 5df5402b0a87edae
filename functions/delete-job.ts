import { deleteJobRoute } from "./lib/delete-job.ts";
import { createHttpHandler } from "./lib/http.ts";
import { documentStore, jobRepository, relatedDocuments, uploadStore } from "./lib/services.ts";

export const handler = createHttpHandler(
  deleteJobRoute({ jobs: jobRepository(), documents: documentStore(), related: relatedDocuments(), uploads: uploadStore() }),
);
