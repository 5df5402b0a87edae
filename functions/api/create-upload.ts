import * as z from "zod/mini";
import { checkUploadSize, maxUploadBytes } from "../jobs/accepted-documents.ts";
import { createUploadAddress, type UploadSigner } from "../jobs/upload-address.ts";
import { type DocumentType, documentTypeOf, documentTypes } from "../stages/document.ts";
import { ownerRoute } from "./caller.ts";
import { type HttpRequest, json, type Route } from "./http.ts";
import { HttpError } from "./problems.ts";
import { jsonBodyOf } from "./request-body.ts";

/** The JSON body of `POST /uploads`. Its description says more than this checks: each fault has an error of its own. */
export const uploadSchema = z.object({
  contentType: z.string().register(z.globalRegistry, { enum: documentTypes }),
  bytes: z.int().check(z.minimum(1)).register(z.globalRegistry, { maximum: maxUploadBytes }),
});

/** `POST /uploads`: an address that accepts one document of this type and size, for `POST /jobs` to create a job from. */
export function createUploadRoute(signer: UploadSigner): Route {
  return ownerRoute(async (request, owner) => json(201, await createUploadAddress(owner, announcedDocument(request), signer)));
}

function announcedDocument(request: HttpRequest): { type: DocumentType; bytes: number } {
  const announced = uploadSchema.safeParse(jsonBodyOf(request));
  if (!announced.success) {
    throw new HttpError("InvalidUpload", 'Send {"contentType": "…", "bytes": …} with the document\'s media type and its size in bytes.');
  }
  const { contentType, bytes } = announced.data;
  const type = documentTypeOf(contentType);
  if (type === undefined) {
    const texts = contentType.startsWith("text/plain") ? " Send a text of up to 1 MiB to POST /jobs." : "";
    const sentence = `Content-Type "${contentType}" is not supported for an upload, only ${documentTypes.join(", ")}.${texts}`;
    throw new HttpError("UnsupportedMediaType", sentence);
  }
  checkUploadSize(bytes);
  return { type, bytes };
}
