import { AwsAccount } from "./aws-account.ts";
import type { Surroundings } from "./command.ts";
import { findPulumi, Pulumi, pulumiEnvironment } from "./pulumi.ts";
import { loadEnvFile, StackFile, stackOf, type Target, targetOf } from "./settings.ts";

/** All that the commands work with, checked. */
export interface Prerequisites {
  readonly target: Target;
  readonly stackFile: StackFile;
  readonly pulumi: Pulumi;
  readonly account: AwsAccount;
}

/**
 * Checks what a deployment needs, before it changes anything, and prints where it goes.
 *
 * @throws Refusal for the first thing that is missing.
 */
export async function checkPrerequisites({ folder, env, platform, print }: Surroundings): Promise<Prerequisites> {
  loadEnvFile(folder, env);
  const stackFile = new StackFile(folder, stackOf(env));
  const target = targetOf(env, stackFile);
  const pulumi = new Pulumi(await findPulumi(platform), platform, { cwd: folder, env: pulumiEnvironment(env, target) });
  const account = new AwsAccount(target.region);
  const identity = await account.identity(env);
  print(`Stack ${target.stack} in ${target.region}, account ${identity.account}, as ${identity.arn}. State in ${target.backendUrl}.`);
  return { target, stackFile, pulumi, account };
}
