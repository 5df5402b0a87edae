import { createHttpHandler } from "./api/http.ts";
import { unknownRoute } from "./api/unknown-route.ts";
import { environmentVariable } from "./services/environment.ts";
import { logger } from "./services/logger.ts";

export const handler = createHttpHandler(unknownRoute(JSON.parse(environmentVariable("ROUTE_KEYS"))), logger);
