import { dynamodbTable } from "../dynamodb/table.ts";
import { httpApiResources } from "../http-api/resources.ts";
import { iamRole } from "../iam/role.ts";
import { iamRolePolicy } from "../iam/role-policy.ts";
import { lambdaFunction } from "../lambda/function.ts";
import { lambdaPermission } from "../lambda/permission.ts";
import { logGroup } from "../logs/log-group.ts";
import { s3Resources } from "../s3/resources.ts";
import { schedulerSchedule } from "../scheduler/schedule.ts";
import { sfnStateMachine } from "../step-functions/resources.ts";
import type { ResourceType } from "./resource-type.ts";

/** What the local runtime runs, by Pulumi's type token. */
export const simulated: Readonly<Record<string, ResourceType>> = {
  ...httpApiResources,
  "aws:cloudwatch/logGroup:LogGroup": logGroup,
  "aws:dynamodb/table:Table": dynamodbTable,
  "aws:iam/role:Role": iamRole,
  "aws:iam/rolePolicy:RolePolicy": iamRolePolicy,
  "aws:lambda/function:Function": lambdaFunction,
  "aws:lambda/permission:Permission": lambdaPermission,
  ...s3Resources,
  "aws:scheduler/schedule:Schedule": schedulerSchedule,
  "aws:sfn/stateMachine:StateMachine": sfnStateMachine,
};
