import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { type ApiSettings, openApiDocument } from "../../functions/api/openapi/openapi-document.ts";

type Json = Record<string, unknown>;
type Operations = Record<string, Record<string, { responses: Record<string, { content?: Record<string, { schema: Json }> }> }>>;

/** The kind of API that answers so: some answers only one that knows its callers gives, and one without a search knows no such path. */
function settingsOf({ method, path, status, text }: SeenAnswer): ApiSettings {
  const search = status !== 404;
  if (method === "GET" && /^\/jobs(\?|$)/.test(path) && status < 403) return { authentication: "jwt", search };
  if (status === 401 || (status === 403 && text.includes('"error"'))) return { authentication: "jwt", search };
  return { authentication: status === 403 ? "iam" : "none", search };
}

/** Lets nothing be added: an answer in a test has no member that the description lacks. Beside a reference, the schema that it names says so. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const members = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, closed(value)]));
  return "properties" in schema && !("$ref" in schema) ? { ...members, additionalProperties: false } : members;
}

const { components } = openApiDocument({ authentication: "none", search: true }) as { components: Json };
const ajv = new Ajv2020({ strict: false }).addSchema({ $id: "api", components: closed(components) as Json });

export interface SeenAnswer {
  readonly method: string;
  /** Without the API's address. */
  readonly path: string;
  readonly status: number;
  readonly contentType: string | null;
  readonly text: string;
}

/** @throws Error for an answer that `/openapi.json` does not describe: its status, its type, or a member of its body. */
export function refuseUndescribed(answer: SeenAnswer): void {
  const { contentType, text } = answer;
  if (answer.method === "OPTIONS") return; // a browser's question, which is not of the API
  const call = `${answer.method} ${answer.path} ${answer.status}`;
  const content = contentOf(answer, call);
  if (content === undefined) {
    if (text !== "") throw new Error(`${call} has a body, and the description says it has none.`);
    return;
  }
  const schema = content[contentType?.split(";")[0] ?? ""]?.schema;
  if (schema === undefined) throw new Error(`${call} is of type ${contentType}, which the description does not name.`);
  if (contentType?.includes("json")) refuseOtherShape(call, schema, JSON.parse(text));
}

const described = new Map<string, Operations>();

/** The paths of a kind of API; building a description for each answer would cost more than the answer. */
function pathsOf(settings: ApiSettings): Operations {
  const key = JSON.stringify(settings);
  const paths = described.get(key) ?? (openApiDocument(settings) as { paths: Operations }).paths;
  described.set(key, paths);
  return paths;
}

function contentOf(answer: SeenAnswer, call: string): Record<string, { schema: Json }> | undefined {
  const { method, path, status } = answer;
  const paths = pathsOf(settingsOf(answer));
  const [template] = Object.keys(paths).filter((known) => matches(known, path.split("?")[0] ?? ""));
  const operation = paths[template ?? ""]?.[method.toLowerCase()];
  // What no route takes has no place among the paths: the description's first lines say what it answers.
  if (operation === undefined) return { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } };
  const response = operation.responses[String(status)];
  if (response === undefined) throw new Error(`${call} is not in the description.`);
  return response.content;
}

const compiled = new Map<string, ValidateFunction>();

function refuseOtherShape(call: string, schema: Json, body: unknown): void {
  const inDocument = JSON.stringify(closed(schema)).replaceAll('"#/components', '"api#/components');
  const validate = compiled.get(inDocument) ?? ajv.compile(JSON.parse(inDocument));
  compiled.set(inDocument, validate);
  if (!validate(body)) throw new Error(`${call} is not as described: ${ajv.errorsText(validate.errors)}. It is ${JSON.stringify(body)}`);
}

const matches = (template: string, path: string): boolean => new RegExp(`^${template.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(path);
