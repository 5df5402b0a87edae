import { environmentVariable } from "./lib/environment.ts";
import { createHttpHandler } from "./lib/http.ts";
import type { Authentication } from "./lib/openapi/openapi-document.ts";
import { openApiRoute } from "./lib/openapi/openapi-route.ts";

export const handler = createHttpHandler(openApiRoute(environmentVariable("AUTHENTICATION") as Authentication));
