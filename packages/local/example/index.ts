import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

const greeting = new pulumi.Config().require("greeting");

const bucket = new aws.s3.Bucket("cards", { bucket: "guestbook-cards" });
const table = new aws.dynamodb.Table("guests", {
  billingMode: "PAY_PER_REQUEST",
  hashKey: "name",
  attributes: [{ name: "name", type: "S" }],
});

const role = new aws.iam.Role("sign", {
  assumeRolePolicy: JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } }],
  }),
});
const logs = new aws.cloudwatch.LogGroup("sign", { name: "/aws/lambda/guestbook-sign" });
new aws.iam.RolePolicy("sign", {
  role: role.name,
  policy: pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Action: "dynamodb:UpdateItem", Resource: table.arn },
      { Effect: "Allow", Action: "s3:PutObject", Resource: pulumi.interpolate`${bucket.arn}/*` },
      { Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: pulumi.interpolate`${logs.arn}:*` },
    ],
  }),
});
const sign = new aws.lambda.Function("sign", {
  name: "guestbook-sign",
  role: role.arn,
  runtime: "nodejs24.x",
  handler: "index.handler",
  code: new pulumi.asset.FileArchive("./handler"),
  environment: { variables: { GREETING: greeting, TABLE: table.name, BUCKET: bucket.bucket } },
});

const api = new aws.apigatewayv2.Api("guestbook", { protocolType: "HTTP" });
const integration = new aws.apigatewayv2.Integration("sign", {
  apiId: api.id,
  integrationType: "AWS_PROXY",
  integrationUri: sign.invokeArn,
  payloadFormatVersion: "2.0",
});
new aws.apigatewayv2.Route("sign", {
  apiId: api.id,
  routeKey: "POST /guests/{name}",
  target: pulumi.interpolate`integrations/${integration.id}`,
});
new aws.apigatewayv2.Stage("default", { apiId: api.id, name: "$default", autoDeploy: true });
new aws.lambda.Permission("sign", {
  action: "lambda:InvokeFunction",
  function: sign.name,
  principal: "apigateway.amazonaws.com",
  sourceArn: pulumi.interpolate`${api.executionArn}/*`,
});

export const CurlLine = pulumi.interpolate`curl -X POST ${api.apiEndpoint}/guests/Ada`;
