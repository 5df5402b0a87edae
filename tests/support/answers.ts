import type { HttpRequest, HttpResponse } from "../../functions/api/http.ts";
import type { Pipeline } from "./pipeline.ts";

export type Body = Readonly<Record<string, unknown>>;

export const bodyOf = ({ body = "" }: HttpResponse): Body => JSON.parse(body);

/** An error as the contract shapes it: `error`, its code, and the members of RFC 9457. */
export const problem = (status: number, title: string, code: string, detail: string): Body => ({
  error: detail,
  code,
  type: "about:blank",
  title,
  status,
  detail,
});

/** `POST /jobs` with a text as JSON. */
export const post = (pipeline: Pipeline, text: string, headers: Record<string, string> = {}): Promise<HttpResponse> =>
  pipeline.request("create", { headers: { "content-type": "application/json", ...headers }, body: JSON.stringify({ text }) });

/** A call about one job. */
export const about = (jobId: string, headers: Record<string, string> = {}): Partial<HttpRequest> => ({
  pathParameters: { jobId },
  headers,
});

/** The text that `GET /jobs/{jobId}/text` answers. */
export async function textOf(pipeline: Pipeline, jobId: string): Promise<string> {
  const { body = "", isBase64Encoded } = await pipeline.request("text", about(jobId));
  return Buffer.from(body, isBase64Encoded ? "base64" : "utf8").toString();
}
