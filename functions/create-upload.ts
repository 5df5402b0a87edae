import { createUploadRoute } from "./lib/create-upload.ts";
import { createHttpHandler } from "./lib/http.ts";
import { uploadSigner } from "./lib/services.ts";

export const handler = createHttpHandler(createUploadRoute(uploadSigner()));
