import { Refusal } from "../deploy/command.ts";
import { findPulumi, Pulumi, pulumiEnvironment } from "../deploy/pulumi.ts";
import { loadEnvFile, StackFile, stackOf, targetOf } from "../deploy/settings.ts";
import { WrongCallError } from "./documents.ts";

/** The API of a deployed stack. */
export interface StackAddress {
  readonly url: string;
  /** True where its callers sign. */
  readonly isSigned: boolean;
}

/**
 * Asks the Pulumi CLI for a stack's API, with the state and region that `npm run deploy` uses.
 *
 * @throws {@link WrongCallError} where there is no such stack, or it has not been deployed.
 */
export async function addressOf(stack: string, project: string, env: NodeJS.ProcessEnv): Promise<StackAddress> {
  const own = { ...env, STACK_NAME: stack };
  try {
    loadEnvFile(project, own);
    const file = new StackFile(project, stackOf(own));
    const target = targetOf(own, file);
    const pulumi = new Pulumi(await findPulumi(process.platform), process.platform, { cwd: project, env: pulumiEnvironment(own, target) });
    const outputs = await pulumi.read("stack", "output", "--json", "--stack", target.stack);
    const url = String(Object(outputs).ApiBaseUrl ?? "");
    if (URL.canParse(url)) return { url, isSigned: file.projectValue("auth") === "iam" };
  } catch (error) {
    throw error instanceof Refusal ? new WrongCallError(error.message) : error;
  }
  throw new WrongCallError(`The stack ${stack} has no API: deploy it with npm run deploy, or name its address with --url.`);
}
