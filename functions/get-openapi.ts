import { environmentVariable } from "./lib/environment.ts";
import { createHttpHandler } from "./lib/http.ts";
import type { Authentication } from "./lib/openapi/openapi-document.ts";
import { openApiRoute } from "./lib/openapi/openapi-route.ts";

const authentication = environmentVariable("AUTHENTICATION") as Authentication;
const search = environmentVariable("RELATED_DOCUMENTS") === "list";

export const handler = createHttpHandler(openApiRoute({ authentication, search }));
