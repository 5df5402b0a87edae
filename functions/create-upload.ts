import { createUploadRoute } from "./api/create-upload.ts";
import { createHttpHandler } from "./api/http.ts";
import { logger } from "./services/logger.ts";
import { uploadSigner } from "./services/s3.ts";

export const handler = createHttpHandler(createUploadRoute(uploadSigner()), logger);
