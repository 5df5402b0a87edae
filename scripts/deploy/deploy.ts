import { z } from "zod";
import { tokenVariable } from "../job-caller.ts";
import { type Command, type Surroundings, sayingRefusals } from "./command.ts";
import { checkConcurrency } from "./concurrency.ts";
import { switchesIn } from "./options.ts";
import { checkPrerequisites, type Prerequisites } from "./prerequisites.ts";
import { Refusal } from "./refusal.ts";
import { smoke } from "./smoke.ts";

const usage = `Puts the stack on AWS: pulumi up, with what it needs checked first, and a job sent through it at the end.

  npm run deploy
  npm run deploy -- --preview     say what would change, and change nothing

  --yes        do not ask; without a terminal nobody is asked anyway
  --no-smoke   send no job
  --help

.env (copy example.env) says where it goes: docs/deploying.md.`;

const outputsSchema = z.looseObject({ ApiBaseUrl: z.url() });
type Outputs = z.infer<typeof outputsSchema>;

/** `npm run deploy`; `--help` says what it takes. */
export const deploy: Command = sayingRefusals(async (args, surroundings) => {
  const switches = switchesIn(args, ["preview", "yes", "no-smoke", "help"]);
  if (switches.help) {
    surroundings.print(usage);
    return 0;
  }
  const ready = await checkPrerequisites(surroundings);
  await reportConcurrency(ready, surroundings);
  if (switches.preview) await ready.stackFile.keptDuring(() => preview(ready));
  else await putThere(ready, switches, surroundings);
  return 0;
});

async function putThere(
  ready: Prerequisites,
  { yes, "no-smoke": noSmoke }: { readonly yes: boolean; readonly "no-smoke": boolean },
  surroundings: Surroundings,
): Promise<void> {
  const outputs = await ready.stackFile.keptDuring(() => up(ready, surroundings.isTerminal && !yes));
  const auth = String(ready.stackFile.projectValue("auth") ?? "none");
  showOutputs(outputs, auth, surroundings);
  if (noSmoke) return;
  if (auth === "jwt" && !surroundings.env[tokenVariable])
    surroundings.report(`No job was sent through the API: its callers bring a token (auth: jwt), and ${tokenVariable} is not set.`);
  else await smoke(outputs.ApiBaseUrl, auth === "iam" ? ["--sign"] : [], surroundings);
}

async function reportConcurrency({ account, stackFile }: Prerequisites, { report }: Surroundings): Promise<void> {
  const notice = await checkConcurrency(account, stackFile.projectValue("reservedConcurrency"));
  if (notice !== undefined) report(notice);
}

const select = ({ pulumi, target }: Prerequisites): Promise<void> => pulumi.run("stack", "select", target.stack, "--create");

async function preview(ready: Prerequisites): Promise<void> {
  await select(ready);
  await ready.pulumi.run("preview", "--stack", ready.target.stack);
}

async function up(ready: Prerequisites, mayAsk: boolean): Promise<Outputs> {
  const { pulumi, target } = ready;
  await select(ready);
  await pulumi.run("up", "--stack", target.stack, ...(mayAsk ? [] : ["--yes"]));
  const outputs = outputsSchema.safeParse(JSON.parse((await pulumi.read("stack", "output", "--json", "--stack", target.stack)) || "{}"));
  if (outputs.success) return outputs.data;
  throw new Refusal("The stack stands, but says no address of its API: pulumi stack output shows what it does say.");
}

function showOutputs(outputs: Outputs, auth: string, { print }: Surroundings): void {
  const rows = Object.entries(outputs).flatMap(([name, value]) => rowsOf(name, value));
  const width = Math.max(...rows.map(([name]) => name.length));
  print(`\n${rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join("\n")}`);
  const who = { iam: " --sign", jwt: " --token <token>" }[auth] ?? "";
  print(`\nTry it:\n  npm run job -- "some text" --url ${outputs.ApiBaseUrl}${who}\n`);
}

/** Of a list, a row for each of its members; of an object, each of its members under its own name. */
function rowsOf(name: string, value: unknown): readonly (readonly [string, unknown])[] {
  if (Array.isArray(value)) return value.map((member) => [name, member]);
  return typeof value === "object" && value !== null ? Object.entries(value) : [[name, value]];
}
