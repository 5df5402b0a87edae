import { WrongCallError } from "./job-document.ts";

/** A call of the API, as far as it is to be said who makes it. */
export interface ApiCall {
  readonly method: string;
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

/** Says who calls the API. */
export interface Caller {
  /** The call's headers, and those that say who makes it. */
  headersOf(call: ApiCall): Promise<Record<string, string>>;
  /** What the user has to do where the gateway answers so. */
  readonly advice: Readonly<Record<401 | 403, string>>;
}

/** Where a token is looked for that should not stand in the shell's history. */
export const tokenVariable = "JOB_TOKEN";

export const advice = {
  401: `callers bring a token, by --token <token> or the variable ${tokenVariable}`,
  403: "callers sign, by --sign and with AWS credentials in the environment",
} as const;

export const anybody: Caller = { headersOf: async ({ headers }) => ({ ...headers }), advice };

/** @throws {WrongCallError} for what no token looks like. @see https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
export function bearer(token: string): Caller {
  if (!/^[\w~+/.-]+=*$/.test(token)) throw new WrongCallError("A token is given as its issuer made it, without Bearer before it.");
  return {
    headersOf: async ({ headers }) => ({ ...headers, Authorization: `Bearer ${token}` }),
    advice: { ...advice, 401: "the token is not taken; get a new one from the API's issuer, for one of its audiences" },
  };
}
