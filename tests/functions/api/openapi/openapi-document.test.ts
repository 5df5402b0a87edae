import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { openApiDocument } from "../../../../functions/api/openapi/openapi-document.ts";
import { refuseUndescribed } from "../../../support/described-answer.ts";
import { evaluatedProgram } from "../../../support/evaluated-program.ts";

interface Document {
  readonly paths: Record<string, Record<string, { responses: object; security?: unknown }>>;
  readonly components: { readonly schemas: Record<string, unknown>; readonly securitySchemes?: unknown };
}

test.each([
  { authentication: "none", search: false },
  { authentication: "iam", search: true },
  { authentication: "jwt", search: false },
] as const)(
  "the description of an API with authentication $authentication, with a search: $search, is valid OpenAPI 3.1",
  async (settings) => {
    const { valid, errors } = await new Validator().validate(structuredClone(openApiDocument(settings)));

    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
  },
);

test.each([
  { search: false, authentication: "none", set: [] },
  { search: true, authentication: "none", set: ["search=true"] },
  { search: false, authentication: "iam", set: ["auth=iam"] },
] as const)("with $set, it describes the calls that the stack has routes for, and no other", async ({ search, authentication, set }) => {
  const { resources } = await evaluatedProgram(...set);
  const routeKeys = resources.filter(({ type }) => type === "aws:apigatewayv2/route:Route").map(({ inputs }) => inputs["routeKey"]);

  const { paths } = openApiDocument({ authentication, search }) as unknown as Document;

  const described = Object.entries(paths).flatMap(([path, calls]) => Object.keys(calls).map((method) => `${method.toUpperCase()} ${path}`));
  expect(described.sort()).toEqual(routeKeys.filter((key) => key !== "$default").sort());
});

test("every call needs authentication but the one for the description itself", () => {
  const { paths, components } = openApiDocument({ authentication: "jwt", search: true }) as unknown as Document;

  const open = Object.entries(paths).filter(([, calls]) => Object.values(calls).some(({ security }) => security === undefined));
  expect(open.map(([path]) => path)).toEqual(["/openapi.json"]);
  expect(components.securitySchemes).toEqual({ caller: { type: "http", scheme: "bearer", bearerFormat: "JWT" } });
  expect(Object.keys(paths["/jobs"]?.["post"]?.responses ?? {}).sort()).toEqual(
    ["202", "400", "401", "403", "404", "409", "413", "415", "422", "429", "500", "503"].sort(),
  );
});

test.each([
  ["Submission", { text: "a", other: 1 }, true],
  ["Submission", { uploadId: "9b2d9a43-5a0c-4f5e-8a4e-0c8d6c1a2b3c" }, true],
  ["Submission", { text: " \n" }, false],
  ["Submission", {}, false],
  ["Submission", { text: "a", uploadId: "9b2d9a43-5a0c-4f5e-8a4e-0c8d6c1a2b3c" }, false],
  ["UploadAnnouncement", { contentType: "application/pdf", bytes: 52_428_800 }, true],
  ["UploadAnnouncement", { contentType: "application/pdf", bytes: 52_428_801 }, false],
  ["UploadAnnouncement", { contentType: "text/plain", bytes: 1 }, false],
])("as the functions take it: %s %j: %s", (name, body, isTaken) => {
  const { components } = openApiDocument({ authentication: "none", search: false }) as unknown as Document;

  expect(new Ajv2020({ strict: false, validateFormats: false }).validate(components.schemas[name] as object, body)).toBe(isTaken);
});

describe("an answer in a test that is not as described fails the test", () => {
  const accepted = { jobId: "a", status: "PENDING", message: "m" };
  const seen = (text: string, answer: object = {}) => ({
    ...{ method: "POST", path: "/jobs", status: 202, contentType: "application/json", text },
    ...answer,
  });

  const refused = (change: object) => {
    const detail = "Invalid JSON in request body";
    const problem = { error: detail, code: "InvalidJson", type: "about:blank", title: "Bad Request", status: 400, detail, ...change };
    return seen(JSON.stringify(problem), { status: 400, contentType: "application/problem+json" });
  };

  test("one that is passes", () => {
    expect(() => refuseUndescribed(seen(JSON.stringify(accepted)))).not.toThrow();
    expect(() => refuseUndescribed(seen('{"message":"Forbidden"}', { status: 403 }))).not.toThrow();
    expect(() => refuseUndescribed(refused({}))).not.toThrow();
    expect(() => refuseUndescribed(seen("", { method: "DELETE", path: "/jobs/a", status: 204, contentType: null }))).not.toThrow();
  });

  test.each([
    ["a member too many", seen(JSON.stringify({ ...accepted, more: 1 }))],
    ["a member too few", seen('{"jobId":"a","status":"PENDING"}')],
    ["a member of another type", seen(JSON.stringify({ ...accepted, jobId: 1 }))],
    ["a code of another call", refused({ code: "InvalidQuery" })],
    ["an error without a code", refused({ code: undefined })],
    ["an error with a member too many", refused({ instance: "a" })],
    ["another status", seen(JSON.stringify(accepted), { status: 200 })],
    ["another content type", seen("accepted", { contentType: "text/plain" })],
    ["a body where there is none", seen("{}", { method: "DELETE", path: "/jobs/a", status: 204 })],
    ["a gateway's words for what no route takes", seen('{"message":"Not Found"}', { path: "/nothing", status: 404 })],
  ])("%s", (_, answer) => {
    expect(() => refuseUndescribed(answer)).toThrow(/POST|DELETE/);
  });
});
