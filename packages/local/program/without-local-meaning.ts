import { arn, type Location } from "../aws.ts";
import type { Properties, ResourceType } from "../service.ts";

/** Resource types that mean nothing on a laptop, and why. No request or job uses them. */
const reasons = {
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "the local bucket answers on 127.0.0.1 only, and only to known access keys",
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": "there are no access control lists, and there is one account",
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": "the files are as safe as the disk they lie on",
  "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration":
    "the AWS endpoint answers pages of no other site, so that there is nothing to allow",
  "aws:cloudwatch/metricAlarm:MetricAlarm": "the console shows how they would stand; they call nobody",
  "aws:cloudwatch/dashboard:Dashboard": "the console shows the jobs themselves",
  "aws:budgets/budget:Budget": "nothing here costs money",
  "aws:sns/topic:Topic": "only alarms go there",
  "aws:sns/topicSubscription:TopicSubscription": "only alarms go there, and no mail is sent from here",
  "awsx:ec2:Vpc": "all addresses are on this machine",
  "aws:ec2/vpcEndpoint:VpcEndpoint": "all addresses are on this machine",
  "aws:ec2/securityGroup:SecurityGroup": "all addresses are on this machine",
} as const;

/** Attributes that the program reads from such a resource. */
const computedOf: Readonly<Record<string, (name: string, location: Location) => Properties>> = {
  "aws:cloudwatch/metricAlarm:MetricAlarm": (name, location) => ({ arn: arn(location, "cloudwatch", `alarm:${name}-local`) }),
  "aws:sns/topic:Topic": (name, location) => ({ arn: arn(location, "sns", `${name}-local`) }),
  "awsx:ec2:Vpc": () => ({ vpcId: "vpc-local", isolatedSubnetIds: ["subnet-local-1", "subnet-local-2"], routeTables: [] }),
  "aws:ec2/vpcEndpoint:VpcEndpoint": () => ({ prefixListId: "pl-local" }),
};

export const withoutLocalMeaning: Readonly<Record<string, { readonly reason: string; readonly computed: ResourceType["computed"] }>> =
  Object.fromEntries(
    Object.entries(reasons).map(([type, reason]) => [
      type,
      { reason, computed: ({ name }, location) => ({ id: `${name}-local`, ...computedOf[type]?.(name, location) }) },
    ]),
  );
