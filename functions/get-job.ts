import { createHttpHandler } from "./lib/http.ts";
import { getJobRoute } from "./lib/read-job.ts";
import { documentStore, jobRepository } from "./lib/services.ts";

export const handler = createHttpHandler(getJobRoute({ jobs: jobRepository(), documents: documentStore() }));
