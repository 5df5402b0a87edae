import type { AwsResponse } from "@async-text-processing/local/testing";
import type { HttpResponse } from "../../functions/api/http.ts";
import type { ScannedDocument } from "../../functions/stages/document.ts";
import { bodyOf } from "./answers.ts";
import type { Pipeline } from "./pipeline.ts";

/** The answer to `POST /uploads`. */
export interface Announced {
  readonly uploadId: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresAt: number;
}

export const announce = (pipeline: Pipeline, body: unknown): Promise<HttpResponse> =>
  pipeline.request("upload", { headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

/** Sends a document to where a presigned URL points. */
export function put(pipeline: Pipeline, { url, headers }: Pick<Announced, "url" | "headers">, body: Uint8Array): Promise<AwsResponse> {
  const { host, pathname, search } = new URL(url);
  return pipeline.aws.account.handle({ method: "PUT", url: pathname + search, headers: { host, ...headers }, body: Buffer.from(body) });
}

/** Announces a document and sends it. */
export async function upload(pipeline: Pipeline, { type, bytes }: ScannedDocument): Promise<Announced> {
  const announced = bodyOf(await announce(pipeline, { contentType: type, bytes: bytes.byteLength })) as unknown as Announced;
  const { status, body } = await put(pipeline, announced, bytes);
  if (status !== 200) throw new Error(`The upload was answered ${status}: ${body}`);
  return announced;
}

/** `POST /jobs` with the name of an upload. */
export const postUpload = (pipeline: Pipeline, uploadId: string, headers: Record<string, string> = {}): Promise<HttpResponse> =>
  pipeline.request("create", { headers: { "content-type": "application/json", ...headers }, body: JSON.stringify({ uploadId }) });
