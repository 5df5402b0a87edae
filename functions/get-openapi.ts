import { createHttpHandler } from "./api/http.ts";
import type { Authentication } from "./api/openapi/openapi-document.ts";
import { openApiRoute } from "./api/openapi/openapi-route.ts";
import { environmentVariable } from "./services/environment.ts";

const authentication = environmentVariable("AUTHENTICATION") as Authentication;
const search = environmentVariable("SEARCH") === "true";

export const handler = createHttpHandler(openApiRoute({ authentication, search }));
