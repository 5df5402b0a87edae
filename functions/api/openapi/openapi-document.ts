import { hash } from "node:crypto";
import * as z from "zod/mini";
import { jobStatuses } from "../../jobs/job.ts";
import { stages } from "../../stages/registry.ts";
import { memberName } from "../../stages/stage.ts";
import { uploadSchema } from "../create-upload.ts";
import { isUnchanged, json, type Route } from "../http.ts";
import { pageLimits } from "../list-jobs.ts";
import type { ProblemCode } from "../problems.ts";
import { problems } from "../problems.ts";
import { submissionSchema } from "../submitted-document.ts";
import { type CallDescription, calls, listCall, searchCall } from "./calls.ts";
import { errorResponses, type GatewayStatus } from "./responses.ts";

/** The ways in which callers identify themselves. */
export type Authentication = "none" | "iam" | "jwt";

/** The settings of a stack that its API depends on. */
export interface ApiSettings {
  readonly authentication: Authentication;
  /** `true` where there is a search. */
  readonly search: boolean;
}

const schemes: Readonly<Record<Authentication, object | undefined>> = {
  none: undefined,
  iam: { type: "apiKey", in: "header", name: "Authorization", description: "AWS Signature Version 4, for the service execute-api." },
  jwt: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
};

/** The errors of a call that the authentication adds: codes of ours, and statuses of the HTTP API itself. */
const authenticationErrors: Readonly<Record<Authentication, { codes: readonly ProblemCode[]; gateway: readonly GatewayStatus[] }>> = {
  none: { codes: [], gateway: [] },
  iam: { codes: [], gateway: [403] },
  jwt: { codes: ["TokenClaimMissing"], gateway: [401] },
};

/** The one call without authentication. */
const openCall = "GET /openapi.json";

/** Seconds since 1970. */
const time = z.int();
const stage = z.enum(stages.map(({ name }) => name));
const result = z.object(Object.fromEntries(stages.map((stage) => [memberName(stage), z.optional(stage.result)])));

/** The record of a job as a list has it. */
const listedJob = {
  jobId: z.string(),
  status: z.enum(jobStatuses),
  stage: z.optional(stage),
  createdAt: time,
  updatedAt: time,
  result,
  errorMessage: z.optional(z.string()),
  errorCode: z.optional(z.string()),
  failedStage: z.optional(stage),
};

const schemas = {
  Submission: submissionSchema,
  UploadAnnouncement: uploadSchema,
  Accepted: z.object({ jobId: z.string(), status: z.enum(jobStatuses), message: z.string() }),
  JobRecord: z.object({ ...listedJob, text: z.optional(z.string()), textUrl: z.optional(z.string()) }),
  JobPage: z.object({ jobs: z.array(z.object(listedJob)).check(z.maxLength(pageLimits.max)), cursor: z.optional(z.string()) }),
  Upload: z.object({ uploadId: z.string(), url: z.string(), headers: z.record(z.string(), z.string()), expiresAt: time }),
  /** The members of RFC 9457, the stable code, and the sentence in `error` as well. */
  Problem: z.object({
    error: z.string(),
    code: z.enum(Object.keys(problems)),
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
  }),
  GatewayError: z.object({ message: z.string() }),
};

/** `GET /openapi.json`: the description of the API, or `304` where it is unchanged. */
export function openApiRoute(settings: ApiSettings): Route {
  const description = openApiDocument(settings);
  const etag = `"${hash("sha256", JSON.stringify(description), "base64url").slice(0, 16)}"`;
  return async (request) => (isUnchanged(request, etag) ? { statusCode: 304, headers: { etag } } : json(200, description, { etag }));
}

/**
 * The API in OpenAPI 3.1: every call of the stack with every answer. The schemas are the ones that the functions check with.
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
        "Any other path is answered with 404 and the code RouteNotFound, any other method with 405 and MethodNotAllowed, each as a Problem. Members may be added to every answer.",
    },
    paths: pathsFor(authentication, search),
    components: { schemas: jsonSchemas(), ...(scheme && { securitySchemes: { caller: scheme } }) },
  };
}

function pathsFor(authentication: Authentication, search: boolean): Record<string, Record<string, object>> {
  const paths: Record<string, Record<string, object>> = {};
  for (const [routeKey, call] of Object.entries(calls)) {
    if ((routeKey === searchCall && !search) || (routeKey === listCall && authentication === "none")) continue;
    const [method = "", path = ""] = routeKey.split(" ");
    const operation = operationOf(call, path, routeKey === openCall ? "none" : authentication);
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation };
  }
  return paths;
}

function operationOf(
  { responses, errors, parameters = [], ...call }: CallDescription,
  path: string,
  authentication: Authentication,
): object {
  const pathParameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    ...{ name, in: "path", required: true },
    schema: { type: "string" },
  }));
  const added = authenticationErrors[authentication];
  const gateway: GatewayStatus[] = [...added.gateway, ...(call.requestBody === undefined ? [] : ([413] as const)), 429, 500, 503];
  return {
    ...call,
    ...(authentication !== "none" && { security: [{ caller: [] }] }),
    parameters: [...pathParameters, ...parameters],
    responses: { ...responses, ...errorResponses([...errors, ...added.codes, "InternalError"], gateway) },
  };
}

/** As what is sent, so that members may be added. */
function jsonSchemas(): Record<string, object> {
  const entries = Object.entries(schemas).map(([name, schema]) => {
    const { $schema, ...described } = z.toJSONSchema(schema, { io: "input" });
    return [name, described] as const;
  });
  return Object.fromEntries(entries);
}
