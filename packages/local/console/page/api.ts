/** Of the caller, for an API that wants one: kept in memory, and gone with the page. */
let token = "";

export const setToken = (given: string): void => {
  token = given.trim();
};

/** Calls the API of the stack, or the console's, as the caller whose token was given. */
export const callApi = (path: string, { headers, ...init }: RequestInit & { readonly headers?: Record<string, string> } = {}) =>
  fetch(path, { ...init, headers: { ...headers, ...(token !== "" && { Authorization: `Bearer ${token}` }) } });

/** A body of JSON. */
export const jsonBody = (body: unknown) => ({ headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
