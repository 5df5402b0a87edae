import { z } from "zod";
import { AwsRefusal } from "./aws-account.ts";
import { type Command, type Surroundings, sayingRefusals } from "./command.ts";
import { switchesIn } from "./options.ts";
import { checkPrerequisites, type Prerequisites } from "./prerequisites.ts";
import { Refusal } from "./refusal.ts";

const usage = `Removes the stack from AWS, with every document and log in it: pulumi destroy, then pulumi stack rm.

  npm run teardown

  --yes    do not ask
  --help

.env says which stack: docs/deploying.md.`;

const exported = z.object({
  deployment: z.object({
    resources: z.array(z.object({ type: z.string(), outputs: z.record(z.string(), z.unknown()).optional() })).optional(),
  }),
});

/** `npm run teardown`; `--help` says what it takes. */
export const teardown: Command = sayingRefusals(async (args, surroundings) => {
  const switches = switchesIn(args, ["yes", "help"]);
  if (switches.help) {
    surroundings.print(usage);
    return 0;
  }
  const ready = await checkPrerequisites(surroundings);
  refuseProtected(ready);
  return ready.stackFile.keptDuring(async () => {
    await ready.pulumi.run("stack", "select", ready.target.stack);
    if (!switches.yes) await askForYes(ready, surroundings);
    const logGroups = await logGroupsOf(ready);
    await destroy(ready);
    return reportLeftovers(logGroups, ready, surroundings);
  });
});

/** AWS would refuse to delete what is protected half-way through. */
function refuseProtected({ stackFile, target }: Prerequisites): void {
  if (String(stackFile.projectValue("protect")) !== "true") return;
  throw new Refusal(
    `The stack ${target.stack} is protected: pulumi config set protect false --stack ${target.stack}, npm run deploy, and then this.`,
  );
}

async function askForYes({ target }: Prerequisites, { isTerminal, ask }: Surroundings): Promise<void> {
  const nothing = "Nothing was deleted";
  if (!isTerminal) throw new Refusal(`${nothing}: there is no terminal to ask at, and --yes was not given.`);
  const answer = await ask(
    `This deletes the stack ${target.stack} in ${target.region}: its API, functions, tables, documents and logs. Type yes to go on: `,
  );
  if (answer.trim() !== "yes") throw new Refusal(`${nothing}.`);
}

async function destroy({ pulumi, target }: Prerequisites): Promise<void> {
  await pulumi.run("destroy", "--stack", target.stack, "--yes");
  await pulumi.run("stack", "rm", target.stack, "--preserve-config", "--yes"); // refuses a stack that still has resources
}

/** The names of the stack's log groups: AWS makes one anew where a late line comes in and a role allows it. */
async function logGroupsOf({ pulumi, target }: Prerequisites): Promise<string[]> {
  const state = exported.parse(JSON.parse((await pulumi.read("stack", "export", "--stack", target.stack)) || `{"deployment":{}}`));
  const groups = (state.deployment.resources ?? []).filter(({ type }) => type === "aws:cloudwatch/logGroup:LogGroup");
  return groups.map(({ outputs }) => outputs?.["name"]).filter((name) => typeof name === "string");
}

async function reportLeftovers(
  logGroups: readonly string[],
  { account, target }: Prerequisites,
  { print, report }: Surroundings,
): Promise<number> {
  const left: string[] = [];
  try {
    for (const name of logGroups) if (await account.hasLogGroup(name)) left.push(name);
  } catch (error) {
    if (!(error instanceof AwsRefusal)) throw error;
    report(`Whether log groups are left is not known (${error.code}).`);
  }
  if (left.length > 0) throw new Refusal(`These log groups are left; delete each with aws logs delete-log-group: ${left.join(", ")}.`);
  print(`The stack ${target.stack} is gone.`);
  return 0;
}
