import { HttpError } from "../stages/errors.ts";

/**
 * Takes the one file out of a body of `multipart/form-data`. Other fields are not read.
 *
 * @param contentType the header, with its `boundary`.
 * @throws {@link HttpError} 400 where the body is broken, or has no file or more than one.
 * @see https://www.rfc-editor.org/rfc/rfc7578
 */
export async function filePartOf(body: Uint8Array<ArrayBuffer>, contentType: string): Promise<File> {
  const files = [...(await formOf(body, contentType)).values()].filter((value) => value instanceof File);
  const [file] = files;
  if (file !== undefined && files.length === 1) return file;
  throw new HttpError(
    400,
    `The form has ${file === undefined ? "no file" : `${files.length} files`}; send exactly one, as curl -F file=@scan.png does.`,
  );
}

/** Node's own parser of forms. Its error can quote the body. */
async function formOf(body: Uint8Array<ArrayBuffer>, contentType: string): Promise<FormData> {
  try {
    return await new Response(body, { headers: { "content-type": contentType } }).formData();
  } catch {
    throw new HttpError(400, "The body is not valid multipart/form-data, or its boundary is missing in the Content-Type.");
  }
}
