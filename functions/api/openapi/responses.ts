import { type ProblemCode, problems } from "../problems.ts";

type Json = Readonly<Record<string, unknown>>;

export const reference = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });

/** A response with a JSON body; `headers` by name, each with its description. */
export const jsonResponse = (description: string, schema: Json, headers: Readonly<Record<string, string>> = {}): Json => ({
  ...emptyResponse(description, headers),
  content: { "application/json": { schema } },
});

export const emptyResponse = (description: string, headers: Readonly<Record<string, string>> = {}): Json => {
  const entries = Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: "string" } }]);
  return { description, ...(entries.length > 0 && { headers: Object.fromEntries(entries) }) };
};

/** The answers of the HTTP API itself, without a function of ours. */
const gatewayErrors = {
  401: "There is no token, or an invalid one; `www-authenticate` says why.",
  403: "The request is not signed, or its signer may not invoke the API.",
  413: "The body is larger than the API accepts at all.",
  429: "There are more requests than the API accepts. Send the request again later.",
  500: "The function failed.",
  503: "The function did not answer in time. Send the request again.",
} as const;
export type GatewayStatus = keyof typeof gatewayErrors;

/** The error responses of a call, by status: those of the function, by their codes, and those of the HTTP API itself. */
export function errorResponses(codes: readonly ProblemCode[], gatewayStatuses: readonly GatewayStatus[]): Record<string, Json> {
  const statuses = [...new Set([...codes.map((code) => problems[code].status), ...gatewayStatuses])].sort();
  const responseOf = (status: number) =>
    errorResponse(
      codes.filter((code) => problems[code].status === status),
      gatewayStatuses.find((one) => one === status),
    );
  return Object.fromEntries(statuses.map((status) => [String(status), responseOf(status)]));
}

function errorResponse(codes: readonly ProblemCode[], gatewayStatus: GatewayStatus | undefined): Json {
  const sentences = codes.map((code) => `\`${code}\`: ${problems[code].when}`);
  if (gatewayStatus !== undefined) sentences.push(gatewayErrors[gatewayStatus]);
  const isLater = codes.some((code) => "retryAfterSeconds" in problems[code]);
  return {
    ...emptyResponse(sentences.join(" "), isLater ? { "Retry-After": "Seconds after which the same request may succeed." } : {}),
    content: {
      ...(codes.length > 0 && {
        "application/problem+json": { schema: { ...reference("Problem"), properties: { code: { enum: codes } } } },
      }),
      ...(gatewayStatus !== undefined && { "application/json": { schema: reference("GatewayError") } }),
    },
  };
}
