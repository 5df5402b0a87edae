import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export type Statement = aws.iam.PolicyStatement;
type Resources = pulumi.Input<string> | pulumi.Input<string>[];
type Condition = Exclude<aws.iam.PolicyStatement["Condition"], undefined>;

/** The statement that allows exactly `actions` on `resource`. */
export function allow(actions: readonly string[], resource: Resources, condition?: Condition): Statement {
  return { Effect: "Allow", Action: [...actions], Resource: resource, ...(condition && { Condition: condition }) };
}

/** Writes out a policy as IAM reads it. */
export const policyDocument = (statements: readonly Statement[]): pulumi.Output<string> =>
  pulumi.jsonStringify({ Version: "2012-10-17", Statement: [...statements] });

/**
 * A trust policy: a service may assume the role.
 *
 * @param accountId where the service sends it: only for this account, which prevents the confused deputy problem.
 */
export const trustPolicy = (service: string, accountId?: pulumi.Input<string>): pulumi.Output<string> =>
  pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: "sts:AssumeRole",
        Principal: { Service: service },
        ...(accountId && { Condition: { StringEquals: { "aws:SourceAccount": accountId } } }),
      },
    ],
  });
