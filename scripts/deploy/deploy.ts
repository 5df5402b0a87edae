import { tokenVariable } from "../job/caller.ts";
import { jobCommand } from "../job/command.ts";
import { AwsRefusal, checkConcurrency } from "./aws-account.ts";
import { createCommand, Refusal, type Surroundings } from "./command.ts";
import { checkPrerequisites, type Prerequisites } from "./prerequisites.ts";

const usage = `Puts the stack on AWS: pulumi up, with its prerequisites checked first, and a job sent through it at the end.

  npm run deploy
  npm run deploy -- --preview     print what would change, and change nothing

  --yes        do not ask; without a terminal there is no question anyway
  --no-smoke   send no job
  --help

.env (copy example.env) says where it goes: docs/deploying.md.`;

interface Outputs {
  readonly [name: string]: unknown;
  readonly ApiBaseUrl: string;
}

/** `npm run deploy`; `--help` prints its options. */
export const deploy = createCommand(usage, ["preview", "yes", "no-smoke"], async (switches, surroundings) => {
  const ready = await checkPrerequisites(surroundings);
  const { pulumi, target, stackFile } = ready;
  const notice = await checkConcurrency(ready.account, stackFile.projectValue("reservedConcurrency"));
  if (notice !== undefined) surroundings.report(notice);
  const outputs = await stackFile.keptDuring(async () => {
    await pulumi.run("stack", "select", target.stack, "--create");
    await checkNames(ready);
    if (switches.preview) return pulumi.run("preview", "--stack", target.stack);
    return up(ready, surroundings.isTerminal && !switches.yes);
  });
  if (outputs === undefined) return;
  const auth = String(stackFile.projectValue("auth") ?? "none");
  printOutputs(outputs, auth, surroundings);
  if (switches["no-smoke"]) return;
  if (auth === "jwt" && !surroundings.env[tokenVariable])
    surroundings.report(`No job was sent through the API: its callers need a token (auth: jwt), and ${tokenVariable} is not set.`);
  else await smoke(outputs.ApiBaseUrl, auth === "iam" ? ["--sign"] : [], surroundings);
});

/**
 * Looks for a stack of this name that another state knows, whose alarms this one would overwrite.
 *
 * @throws {@link Refusal} where there is one.
 */
async function checkNames({ pulumi, target, account, stackFile }: Prerequisites): Promise<void> {
  if ((await pulumi.resources(target.stack)).length > 0) return;
  const groups = await account.logGroupsWith(`/aws/vendedlogs/states/${stackFile.project}-${target.stack}-`).catch((error: unknown) => {
    if (error instanceof AwsRefusal) return []; // the update itself stops at the first name that exists
    throw error;
  });
  if (groups.length === 0) return;
  throw new Refusal(
    `There is a stack ${target.stack} in ${target.region} (${groups[0]}) that the state in ${target.backendUrl} does not know: set the PULUMI_BACKEND_URL that it was deployed with, or another STACK_NAME; if only that log group is left of it, delete it.`,
  );
}

async function up({ pulumi, target }: Prerequisites, mayAsk: boolean): Promise<Outputs> {
  await pulumi.run("up", "--stack", target.stack, ...(mayAsk ? [] : ["--yes"]));
  const outputs = await pulumi.read("stack", "output", "--json", "--stack", target.stack);
  if (hasAddress(outputs)) return outputs;
  throw new Refusal("The stack is deployed, but has no address of an API among its outputs, which pulumi stack output prints.");
}

const hasAddress = (outputs: unknown): outputs is Outputs =>
  typeof outputs === "object" && outputs !== null && "ApiBaseUrl" in outputs && URL.canParse(String(outputs.ApiBaseUrl));

function printOutputs(outputs: Outputs, auth: string, { print }: Surroundings): void {
  const rows = Object.entries(outputs).flatMap(([name, value]) => rowsOf(name, value));
  const width = Math.max(...rows.map(([name]) => name.length));
  print(`\n${rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join("\n")}`);
  const caller = { iam: " --sign", jwt: " --token <token>" }[auth] ?? "";
  print(`\nTry it:\n  npm run job -- "some text" --url ${outputs.ApiBaseUrl}${caller}\n`);
}

/** A row for each member of a list; the members of an object under their own names. */
function rowsOf(name: string, value: unknown): readonly (readonly [string, unknown])[] {
  if (Array.isArray(value)) return value.map((member) => [name, member]);
  return typeof value === "object" && value !== null ? Object.entries(value) : [[name, value]];
}

const text = "AWS Lambda is a great serverless compute service";

/** The routes of a new API take some seconds to exist. */
const patience = { attempts: 10, pauseMilliseconds: 3_000 };

/**
 * Sends a job through a stack, with its progress printed.
 *
 * @param url the API's address, without a slash at its end.
 * @param switches of `npm run job`, which authenticate.
 * @throws {@link Refusal} where the job does not end in `DONE`.
 */
export async function smoke(url: string, switches: readonly string[], surroundings: Surroundings): Promise<void> {
  const { fetch, clock, report } = surroundings;
  report("A job through all of it:");
  for (let attempt = 1; attempt < patience.attempts && !(await isUp(url, fetch)); attempt++) await clock.sleep(patience.pauseMilliseconds);
  const code = await jobCommand([text, "--url", url, ...switches], { ...surroundings, project: surroundings.folder, input: nothing() });
  if (code === 0) return;
  throw new Refusal(
    "The stack is deployed, but the job did not end in DONE: the links above lead to its logs; see also docs/deploying.md.",
  );
}

/** True where a function answers (`error`), or the API asks for authentication; the gateway of a new API has no route yet. */
async function isUp(url: string, fetcher: typeof fetch): Promise<boolean> {
  try {
    const response = await fetcher(url);
    return [401, 403].includes(response.status) || "error" in Object(await response.json());
  } catch {
    return false;
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
