type Json = Readonly<Record<string, unknown>>;

export const reference = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });

/** A response with a JSON body; `headers` by name, each with what it says. */
export const jsonResponse = (description: string, schema: string | Json, headers: Readonly<Record<string, string>> = {}): Json => ({
  description,
  ...headersOf(headers),
  content: { "application/json": { schema: typeof schema === "string" ? reference(schema) : schema } },
});

export const emptyResponse = (description: string, headers: Readonly<Record<string, string>> = {}): Json => ({
  description,
  ...headersOf(headers),
});

export const refusal = (description: string): Json => jsonResponse(description, "Problem");

/** A status that our functions and the gateway both answer with, each in its own words. */
const eitherRefusal = (description: string): Json =>
  jsonResponse(description, { oneOf: [reference("Problem"), reference("GatewayError")] });

const gatewayRefusal = (description: string): Json => jsonResponse(description, "GatewayError");

/** What any call can be answered with; a call's own responses go before these. */
export const everywhere: Json = {
  "429": gatewayRefusal("More requests than the API lets through. Send the call again, later."),
  "500": eitherRefusal("Something went wrong. The sentence names the request id under which the logs know more."),
  "503": eitherRefusal("Not now; nothing of the call was kept. Send it again."),
};

/** What a call can be answered with where the API asks who calls. */
export const unauthorized: Readonly<Record<string, Json>> = {
  none: {},
  iam: { "403": gatewayRefusal("The request is not signed, or its signer may not invoke the API.") },
  jwt: {
    "401": gatewayRefusal("There is no token, or one that does not hold; `www-authenticate` says why."),
    "403": refusal("The token does not say whose it is."),
  },
};

function headersOf(headers: Readonly<Record<string, string>>): Json {
  const entries = Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: "string" } }]);
  return entries.length === 0 ? {} : { headers: Object.fromEntries(entries) };
}
