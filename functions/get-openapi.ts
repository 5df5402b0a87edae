import { createHttpHandler } from "./api/http.ts";
import { type Authentication, openApiRoute } from "./api/openapi/openapi-document.ts";
import { environmentVariable } from "./services/environment.ts";
import { logger } from "./services/logger.ts";

const authentication = environmentVariable("AUTHENTICATION") as Authentication;
const search = environmentVariable("SEARCH") === "true";

export const handler = createHttpHandler(openApiRoute({ authentication, search }), logger);
