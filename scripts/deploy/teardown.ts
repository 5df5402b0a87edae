import { AwsRefusal } from "./aws-account.ts";
import { createCommand, Refusal, type Surroundings } from "./command.ts";
import { checkPrerequisites, type Prerequisites } from "./prerequisites.ts";

const usage = `Removes the stack from AWS, with every document and log in it: pulumi destroy, then pulumi stack rm.

  npm run teardown

  --yes    do not ask
  --help

.env says which stack: docs/deploying.md.`;

/** `npm run teardown`; `--help` prints its options. */
export const teardown = createCommand(usage, ["yes"], async ({ yes }, surroundings) => {
  const ready = await checkPrerequisites(surroundings);
  const { pulumi, stackFile, target } = ready;
  // AWS would refuse to delete what is protected half-way through.
  if (String(stackFile.projectValue("protect")) === "true")
    throw new Refusal(
      `The stack ${target.stack} is protected: run pulumi config set protect false --stack ${target.stack}, npm run deploy, and this again.`,
    );
  await stackFile.keptDuring(async () => {
    await pulumi.run("stack", "select", target.stack);
    if (!yes) await askForYes(ready, surroundings);
    const logGroups = await logGroupsOf(ready);
    await pulumi.run("destroy", "--stack", target.stack, "--yes");
    await pulumi.run("stack", "rm", target.stack, "--preserve-config", "--yes"); // refuses a stack that still has resources
    await reportLeftovers(logGroups, ready, surroundings);
  });
});

async function askForYes({ target }: Prerequisites, { isTerminal, ask }: Surroundings): Promise<void> {
  if (!isTerminal) throw new Refusal("Nothing was deleted: there is no terminal to ask at, and --yes was not given.");
  const answer = await ask(
    `This deletes the stack ${target.stack} in ${target.region}: its API, functions, tables, documents and logs. Type yes to continue: `,
  );
  if (answer.trim() !== "yes") throw new Refusal("Nothing was deleted.");
}

/** The names of the stack's log groups: AWS creates one again where a late line arrives and a role allows it. */
async function logGroupsOf({ pulumi, target }: Prerequisites): Promise<string[]> {
  const groups = (await pulumi.resources(target.stack)).filter(({ type }) => type === "aws:cloudwatch/logGroup:LogGroup");
  return groups.map(({ outputs }) => outputs?.["name"]).filter((name) => typeof name === "string");
}

async function reportLeftovers(
  logGroups: readonly string[],
  { account, target }: Prerequisites,
  { print, report }: Surroundings,
): Promise<void> {
  const left: string[] = [];
  try {
    for (const name of logGroups) if ((await account.logGroupsWith(name)).includes(name)) left.push(name);
  } catch (error) {
    if (!(error instanceof AwsRefusal)) throw error;
    report(`Whether log groups are left is unknown (${error.message}).`);
  }
  if (left.length > 0) throw new Refusal(`These log groups are left; delete each with aws logs delete-log-group: ${left.join(", ")}.`);
  print(`The stack ${target.stack} is deleted.`);
}
