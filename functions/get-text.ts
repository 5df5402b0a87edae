import { createHttpHandler } from "./lib/http.ts";
import { getTextRoute } from "./lib/read-job.ts";
import { documentStore, jobRepository } from "./lib/services.ts";

export const handler = createHttpHandler(getTextRoute({ jobs: jobRepository(), documents: documentStore() }));
