import { dynamodbTable } from "../dynamodb/table.ts";
import { apigatewayv2Api } from "../http-api/api.ts";
import { apigatewayv2Authorizer } from "../http-api/authorizer-resource.ts";
import { apigatewayv2Integration } from "../http-api/integration-resource.ts";
import { apigatewayv2Route } from "../http-api/route.ts";
import { apigatewayv2Stage } from "../http-api/stage.ts";
import { iamRole } from "../iam/role.ts";
import { iamRolePolicy } from "../iam/role-policy.ts";
import { lambdaFunction } from "../lambda/function.ts";
import { lambdaPermission } from "../lambda/permission.ts";
import { logGroup } from "../logs/log-group.ts";
import { s3Bucket } from "../s3/bucket.ts";
import { s3BucketLifecycleConfiguration } from "../s3/bucket-lifecycle-configuration.ts";
import { s3BucketPolicy } from "../s3/bucket-policy.ts";
import { schedulerSchedule } from "../scheduler/schedule.ts";
import { sfnStateMachine } from "../step-functions/state-machine-resource.ts";
import type { ResourceType } from "./resource-type.ts";

/** What the local runtime runs, by Pulumi's type token. */
export const simulated: Readonly<Record<string, ResourceType>> = {
  "aws:apigatewayv2/api:Api": apigatewayv2Api,
  "aws:apigatewayv2/authorizer:Authorizer": apigatewayv2Authorizer,
  "aws:apigatewayv2/integration:Integration": apigatewayv2Integration,
  "aws:apigatewayv2/route:Route": apigatewayv2Route,
  "aws:apigatewayv2/stage:Stage": apigatewayv2Stage,
  "aws:cloudwatch/logGroup:LogGroup": logGroup,
  "aws:dynamodb/table:Table": dynamodbTable,
  "aws:iam/role:Role": iamRole,
  "aws:iam/rolePolicy:RolePolicy": iamRolePolicy,
  "aws:lambda/function:Function": lambdaFunction,
  "aws:lambda/permission:Permission": lambdaPermission,
  "aws:s3/bucket:Bucket": s3Bucket,
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": s3BucketLifecycleConfiguration,
  "aws:s3/bucketPolicy:BucketPolicy": s3BucketPolicy,
  "aws:scheduler/schedule:Schedule": schedulerSchedule,
  "aws:sfn/stateMachine:StateMachine": sfnStateMachine,
};
