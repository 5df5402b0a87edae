import * as z from "zod/mini";
import { uploadSchema } from "../create-upload.ts";
import { submissionSchema } from "../submitted-document.ts";
import { type CallDescription, calls } from "./calls.ts";
import { everywhere, unauthorized } from "./responses.ts";
import { answerSchemas } from "./schemas.ts";
import { searchCall } from "./search-call.ts";

/** How callers say who they are. */
export type Authentication = "none" | "iam" | "jwt";

const schemes: Readonly<Partial<Record<Authentication, object>>> = {
  iam: { type: "apiKey", in: "header", name: "Authorization", description: "AWS Signature Version 4, for the service execute-api." },
  jwt: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
};

/** What a stack's settings decide of its API. */
export interface ApiSettings {
  readonly authentication: Authentication;
  /** Whether there is a search. */
  readonly search: boolean;
}

/** The one call that nobody has to say who they are for. */
const openCall = "GET /openapi.json";

/**
 * The API in OpenAPI 3.1: every call that the stack answers, the gateway's own answers among them. The schemas are the ones
 * that the functions check with.
 *
 * @see https://spec.openapis.org/oas/v3.1.0
 */
export function openApiDocument({ authentication, search }: ApiSettings): Readonly<Record<string, unknown>> {
  const scheme = schemes[authentication];
  return {
    openapi: "3.1.0",
    info: {
      title: "async-text-processing",
      version: "1",
      description:
        "Any other path is answered with 404, any other method with 405, each with a Problem as its body. Members may be added to every answer.",
    },
    paths: pathsFor(search ? { ...calls, ...searchCall } : calls, authentication),
    components: {
      schemas: jsonSchemas({ ...answerSchemas, Submission: submissionSchema, UploadAnnouncement: uploadSchema }),
      ...(scheme && { securitySchemes: { caller: scheme } }),
    },
  };
}

function pathsFor(described: typeof calls, authentication: Authentication): Record<string, Record<string, object>> {
  const paths: Record<string, Record<string, object>> = {};
  for (const [routeKey, call] of Object.entries(described)) {
    const [method = "", path = ""] = routeKey.split(" ");
    const operation = operationOf(call, path, routeKey === openCall ? "none" : authentication);
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation };
  }
  return paths;
}

function operationOf({ responses, parameters = [], ...call }: CallDescription, path: string, authentication: Authentication): object {
  const pathParameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    ...{ name, in: "path", required: true },
    schema: { type: "string" },
  }));
  return {
    ...call,
    ...(authentication !== "none" && { security: [{ caller: [] }] }),
    parameters: [...pathParameters, ...parameters],
    responses: { ...responses, ...everywhere, ...unauthorized[authentication] },
  };
}

/** As what is sent, so that members may be added. */
function jsonSchemas(schemas: Readonly<Record<string, z.ZodMiniType>>): Record<string, object> {
  const entries = Object.entries(schemas).map(([name, schema]) => {
    const { $schema, ...described } = z.toJSONSchema(schema, { io: "input" });
    return [name, described] as const;
  });
  return Object.fromEntries(entries);
}
