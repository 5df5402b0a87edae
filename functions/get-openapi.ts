import { environmentVariable } from "./lib/environment.ts";
import { createHttpHandler, json } from "./lib/http.ts";
import { type Authentication, openApiDocument } from "./lib/openapi/openapi-document.ts";

const description = openApiDocument(environmentVariable("AUTHENTICATION") as Authentication);

export const handler = createHttpHandler(async () => json(200, description));
