import { Logger } from "@aws-lambda-powertools/logger";

/** One JSON object a line, with ids, names, sizes and times, never text of a document. */
export const logger = new Logger();
