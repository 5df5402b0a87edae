import * as pulumi from "@pulumi/pulumi";
import * as z from "zod";

/** What CloudWatch Logs takes as a retention. */
const logRetentions = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/** A stage's whole wait must fit into its timeout beside its work. */
const paceSeconds = z.number().min(0).max(5).default(0);

const settingsSchema = z.strictObject({
  logLevel: z.enum(["DEBUG", "INFO", "WARN", "ERROR"]),
  jobRetentionDays: z.int().min(1).max(365),
  logRetentionDays: z.int().refine((days) => logRetentions.includes(days), `must be one of ${logRetentions.join(", ")}`),
  stagePaceSeconds: z.strictObject({ ocr: paceSeconds, mlInference: paceSeconds, search: paceSeconds }),
  relatedDocuments: z.enum(["off", "count", "list"]),
  privateNetwork: z.boolean(),
});

/** The stack's configuration; `Pulumi.yaml` describes each value and gives its default. */
export type Settings = z.infer<typeof settingsSchema>;

/**
 * Reads the stack's configuration.
 *
 * @throws pulumi.RunError, one sentence that names the value and what it may be.
 */
export function readSettings(config = new pulumi.Config()): Settings {
  const given = Object.fromEntries(Object.keys(settingsSchema.shape).map((key) => [key, parsed(config.get(key))]));
  const settings = settingsSchema.safeParse(given);
  if (settings.success) return settings.data;
  const [issue] = settings.error.issues;
  throw new pulumi.RunError(`The config value ${config.name}:${issue?.path.join(".")} is wrong: ${issue?.message}.`);
}

/** Config values are text; numbers, booleans and objects among them are JSON. */
function parsed(value: string | undefined): unknown {
  try {
    return value === undefined ? undefined : JSON.parse(value);
  } catch {
    return value;
  }
}
