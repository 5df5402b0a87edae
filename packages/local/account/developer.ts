import { compilePolicy } from "../iam/policy.ts";
import type { Principal } from "../iam/roles.ts";

/**
 * The person at this machine, who may do everything, with a well-known key that is of no use elsewhere:
 * `AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local`. The stack declares no such principal, so AWS has none.
 */
export const developer: Principal = {
  roleName: "developer",
  secretAccessKey: "local",
  policies: [compilePolicy({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] })],
};

export const developerAccessKeyId = "local";

/** The settings of an AWS client, as assignments before a command. `AWS_DEFAULT_REGION` is for the AWS CLI 1 and boto3. */
export const clientVariables = (region: string): string =>
  `AWS_ACCESS_KEY_ID=${developerAccessKeyId} AWS_SECRET_ACCESS_KEY=${developer.secretAccessKey} AWS_REGION=${region} AWS_DEFAULT_REGION=${region}`;
