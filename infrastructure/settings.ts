import * as pulumi from "@pulumi/pulumi";
import { closest } from "fastest-levenshtein";
import * as z from "zod";
import { isInstalled, languageFile, languagesIn } from "../functions/stages/ocr/engine-files.ts";
import { type StageName, stages } from "../functions/stages/registry.ts";
import { type MemberName, memberName } from "../functions/stages/stage.ts";
import { functionNames, stackNameProblem } from "./stack-name.ts";

// Config values are texts. Numbers, booleans and JSON are read where a value is one, so that the text "1234" stays a text.

const oneOf = <const Words extends readonly [string, ...string[]]>(...words: Words) =>
  z.enum(words, `must be ${words.slice(0, -1).join(", ")} or ${words.at(-1)}`);

const flag = oneOf("true", "false").transform((text) => text === "true");

const number = (what: string, isAllowed: (value: number) => boolean) =>
  z
    .string()
    .regex(/^\d+(\.\d+)?$/, what)
    .transform(Number)
    .refine(isAllowed, what);

const days = (min: number, max: number) =>
  number(`must be a whole number from ${min} to ${max}`, (value) => Number.isInteger(value) && value >= min && value <= max);

const json = <Schema extends z.ZodType>(schema: Schema, what: string) =>
  z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue(what);
        return z.NEVER;
      }
    })
    .pipe(schema);

/** Texts that are separated by commas, each of which `each` accepts. */
const list = (each: z.ZodType<string, string>) =>
  z
    .string()
    .transform((text) => text.split(",").map((part) => part.trim()))
    .transform((parts) => parts.filter((part) => part !== ""))
    .pipe(z.array(each));

const textOrEmpty = (schema: z.ZodType<string, string>) => z.literal("").or(schema);

/** The retentions that CloudWatch Logs accepts, in days. */
const logRetentions = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

const byStage = 'must be seconds by stage as JSON, such as {"ocr": 2, "mlInference": 2}';
const pace = (max: number) =>
  z.number(`must be 0 to ${max} seconds`).min(0, `must be 0 to ${max} seconds`).max(max, `must be 0 to ${max} seconds`);
const stagePaceSeconds = z.strictObject(
  Object.fromEntries(stages.map((stage) => [memberName<StageName>(stage), pace(stage.maxPaceSeconds).default(0)])) as Record<
    MemberName<StageName>,
    z.ZodDefault<z.ZodNumber>
  >,
  byStage,
);

const byFunction = 'must be calls by function as JSON, such as {"ocr": 20, "create-job": 10}';
const calls = "must be a whole number of calls, 0 or more";
const requests = 'must be JSON such as {"rate": 50, "burst": 100}';
const rate = "must be a number of requests a second, 1 or more";
const burst = "must be a whole number of requests, 1 or more";

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

/** API Gateway takes issuers by https only; one on this machine serves `npm start`. */
const issuer = z
  .url("must be the https:// address of an OpenID issuer, or empty")
  .regex(/^(https:\/\/|http:\/\/(127\.0\.0\.1|localhost)[:/])/, "must begin with https://");

const settingsSchema = z.strictObject({
  logLevel: oneOf("DEBUG", "INFO", "WARN", "ERROR"),
  executionLogLevel: oneOf("ALL", "ERROR"),
  jobRetentionDays: days(1, 365),
  logRetentionDays: number(`must be one of ${logRetentions.join(", ")}`, (value) => logRetentions.includes(value)),
  stagePaceSeconds: json(stagePaceSeconds, byStage),
  ocrLanguages,
  relatedDocuments: oneOf("off", "count", "list"),
  search: flag,
  privateNetwork: flag,
  alarmEmail: textOrEmpty(z.email("must be one e-mail address, or empty")),
  monthlyBudget: number("must be dollars a month, or 0 for no budget", () => true),
  reservedConcurrency: json(z.record(z.string(), z.int(calls).min(0, calls), byFunction), byFunction),
  protect: flag,
  throttle: json(z.strictObject({ rate: z.number(rate).min(1, rate), burst: z.int(burst).min(1, burst) }, requests), requests),
  auth: oneOf("none", "iam", "jwt"),
  jwtIssuer: textOrEmpty(issuer),
  jwtAudience: list(z.string()),
  corsOrigins: list(origin),
  permissionsBoundary: textOrEmpty(
    z.string().regex(/^arn:aws[a-z-]*:iam::(\d{12}|aws):policy\/\S+$/, "must be the ARN of a managed policy, or empty"),
  ),
});

/** The stack's configuration; `Pulumi.yaml` describes each value and gives its default. */
export type Settings = z.infer<typeof settingsSchema>;

/**
 * Reads the stack's configuration, and checks its name.
 *
 * @throws pulumi.RunError, one sentence that names the value and what it may be.
 */
export function readSettings(config = new pulumi.Config()): Settings {
  const problem = stackNameProblem(pulumi.getProject(), pulumi.getStack());
  if (problem !== undefined) throw new pulumi.RunError(`The stack's name, ${pulumi.getStack()}, ${problem}.`);
  refuseUnknownKeys(config);
  const given = Object.fromEntries(Object.keys(settingsSchema.shape).map((key) => [key, config.get(key)]));
  const settings = settingsSchema.safeParse(given);
  if (settings.success) return consistent(settings.data);
  const [issue] = settings.error.issues;
  const [key = "", ...within] = issue?.path ?? [];
  const isListed = typeof within[0] === "number"; // a place in a list that is written as one text says nothing
  throw wrongSetting(isListed ? String(key) : [key, ...within].join("."), issue?.message ?? "");
}

function refuseUnknownKeys({ name }: pulumi.Config): void {
  const known = Object.keys(settingsSchema.shape);
  const given = Object.keys(pulumi.runtime.allConfig()).filter((key) => key.startsWith(`${name}:`));
  const unknown = given.map((key) => key.slice(name.length + 1)).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw new pulumi.RunError(`There is no config value ${name}:${unknown}; the nearest is ${closest(unknown, known)}.`);
}

/** Checks values that depend on one another. */
function consistent(settings: Settings): Settings {
  const { auth, jwtIssuer, jwtAudience, search, relatedDocuments, monthlyBudget, alarmEmail } = settings;
  if (search && relatedDocuments === "off")
    throw wrongSetting("search", "must be false where relatedDocuments is off, which keeps nothing to search in");
  if (auth === "jwt" && jwtIssuer === "") throw wrongSetting("jwtIssuer", "must be the issuer of the tokens where auth is jwt");
  if (auth === "jwt" && jwtAudience.length === 0) throw wrongSetting("jwtAudience", "must be at least one audience where auth is jwt");
  if (monthlyBudget > 0 && alarmEmail === "") throw wrongSetting("monthlyBudget", "needs alarmEmail, where AWS mails it to");
  const functions = functionsOf(settings);
  const unknown = Object.keys(settings.reservedConcurrency).find((name) => !functions.includes(name));
  if (unknown === undefined) return settings;
  throw wrongSetting("reservedConcurrency", `this stack has no function "${unknown}"; it has ${functions.join(", ")}`);
}

/** The functions of a stack: one for each file of `functions/`, but find-documents only where callers can search, and list-jobs where they authenticate. */
const functionsOf = ({ search, auth }: Settings): string[] =>
  functionNames.filter((name) => (search || name !== "find-documents") && (auth !== "none" || name !== "list-jobs"));

const wrongSetting = (key: string, what: string): pulumi.RunError =>
  new pulumi.RunError(`The config value ${pulumi.getProject()}:${key} is wrong: ${what}.`);
