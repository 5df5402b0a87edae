import * as pulumi from "@pulumi/pulumi";
import * as z from "zod";
import { isInstalled, languageFile, languagesIn } from "../functions/stages/ocr/engine-files.ts";
import { type StageName, stages } from "../functions/stages/registry.ts";
import { type MemberName, memberName } from "../functions/stages/stage.ts";

/** The retentions that CloudWatch Logs accepts, in days. */
const logRetentions = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/** Seconds that each stage waits before it works, by its member of `result`. */
const stagePaceSeconds = z.strictObject(
  Object.fromEntries(
    stages.map((stage) => [memberName<StageName>(stage), z.number().min(0).max(stage.maxPaceSeconds).default(0)]),
  ) as Record<MemberName<StageName>, z.ZodDefault<z.ZodNumber>>,
);

/** Scheme and host, as a browser sends them; `*` alone, or in place of every host. */
const origin = z.string().regex(/^(\*|https?:\/\/(\*|[^\s/*]+))$/, "must be comma-separated origins such as https://app.example.com, or *");

/** `eng+deu`: by the names of the packages of Tesseract's data, which are only bundled where they are named. */
const ocrLanguages = z
  .string()
  .regex(/^[a-z]{3}(_[a-zA-Z]+)*(\+[a-z]{3}(_[a-zA-Z]+)*)*$/, "must be one language or several, such as eng or eng+deu")
  .superRefine((value, { addIssue }) => {
    const languages = languagesIn(value);
    const twice = languages.find((language, at) => languages.indexOf(language) < at);
    if (twice !== undefined) addIssue(`names ${twice} twice`);
    const missing = languages.find((language) => !isInstalled(languageFile(language)));
    if (missing !== undefined)
      addIssue(`the language ${missing} is not installed; install it with npm install --save-exact @tesseract.js-data/${missing}`);
  });

const settingsSchema = z.strictObject({
  logLevel: z.enum(["DEBUG", "INFO", "WARN", "ERROR"]),
  executionLogLevel: z.enum(["ALL", "ERROR"]),
  jobRetentionDays: z.int().min(1).max(365),
  logRetentionDays: z.int().refine((days) => logRetentions.includes(days), `must be one of ${logRetentions.join(", ")}`),
  stagePaceSeconds,
  ocrLanguages,
  relatedDocuments: z.enum(["off", "count", "list"]),
  search: z.boolean(),
  privateNetwork: z.boolean(),
  alarmEmail: z.literal("").or(z.email("must be one e-mail address, or empty")),
  reservedConcurrency: z.record(z.string(), z.int().min(0)),
  protect: z.boolean(),
  throttle: z.strictObject({ rate: z.number().min(1), burst: z.int().min(1) }),
  auth: z.enum(["none", "iam", "jwt"]),
  jwtIssuer: z.literal("").or(z.url({ protocol: /^https?$/, error: "must be the address of an OpenID issuer, or empty" })),
  jwtAudience: z.string().transform(partsOf),
  corsOrigins: z.string().transform(partsOf).pipe(z.array(origin)),
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
  if (settings.success) return consistent(settings.data);
  const [issue] = settings.error.issues;
  const [key = "", ...within] = issue?.path ?? [];
  const isListed = typeof within[0] === "number"; // a place in a list that is written as one text says nothing
  throw wrongSetting(isListed ? String(key) : [key, ...within].join("."), issue?.message ?? "");
}

/** Checks values that depend on one another. */
function consistent(settings: Settings): Settings {
  const { auth, jwtIssuer, jwtAudience, search, relatedDocuments } = settings;
  if (search && relatedDocuments === "off")
    throw wrongSetting("search", "must be false where relatedDocuments is off, which keeps nothing to search in");
  if (auth === "jwt" && jwtIssuer === "") throw wrongSetting("jwtIssuer", "must be the issuer of the tokens where auth is jwt");
  if (auth === "jwt" && jwtAudience.length === 0) throw wrongSetting("jwtAudience", "must be at least one audience where auth is jwt");
  return settings;
}

/** @returns one sentence on a config value. */
export const wrongSetting = (key: string, what: string): pulumi.RunError =>
  new pulumi.RunError(`The config value ${pulumi.getProject()}:${key} is wrong: ${what}.`);

function partsOf(list: string): string[] {
  return list
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** Config values are text; numbers, booleans and objects among them are JSON. */
function parsed(value: string | undefined): unknown {
  try {
    return value === undefined ? undefined : JSON.parse(value);
  } catch {
    return value;
  }
}
