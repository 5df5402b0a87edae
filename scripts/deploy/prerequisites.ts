import { AwsAccount } from "./aws-account.ts";
import type { Surroundings } from "./command.ts";
import { checkCredentials } from "./credentials.ts";
import { checkVersion, findPulumi } from "./find-pulumi.ts";
import { Pulumi, pulumiEnvironment } from "./pulumi.ts";
import { loadEnvFile, stackOf, type Target, targetOf } from "./settings.ts";
import { StackFile } from "./stack-file.ts";

/** All that the commands work with, checked. */
export interface Prerequisites {
  readonly target: Target;
  readonly stackFile: StackFile;
  readonly pulumi: Pulumi;
  readonly account: AwsAccount;
}

/**
 * Checks what a deployment needs, before it changes anything, and says where it goes.
 *
 * @throws Refusal for the first thing that is missing.
 */
export async function checkPrerequisites({ folder, env, platform, fetch, print }: Surroundings): Promise<Prerequisites> {
  loadEnvFile(folder, env);
  const stackFile = new StackFile(folder, stackOf(env));
  const target = targetOf(env, stackFile);
  const file = findPulumi(folder, env, platform);
  const pulumi = new Pulumi(file, folder, pulumiEnvironment(env, target));
  checkVersion(file, (await pulumi.read("version")) ?? "", platform);
  const account = new AwsAccount(env, target.region, fetch);
  const identity = await checkCredentials(account, env);
  print(`Stack ${target.stack} in ${target.region}, account ${identity.account}, as ${identity.arn}. State in ${target.backendUrl}.`);
  return { target, stackFile, pulumi, account };
}
