import { environmentVariable } from "./lib/environment.ts";
import { createHttpHandler } from "./lib/http.ts";
import { unknownRoute } from "./lib/unknown-route.ts";

export const handler = createHttpHandler(unknownRoute(JSON.parse(environmentVariable("ROUTE_KEYS"))));
