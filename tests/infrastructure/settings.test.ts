import { readdirSync } from "node:fs";
import { readStackConfig } from "@async-text-processing/local";
import { Config, getProject } from "@pulumi/pulumi";
import { setAllConfig } from "@pulumi/pulumi/runtime/config.js";
import { describe, expect, test } from "vitest";
import { stages } from "../../functions/stages/registry.ts";
import { fileName } from "../../functions/stages/stage.ts";
import { readSettings } from "../../infrastructure/settings.ts";
import { evaluatedProgram, inputsOf, projectFolder } from "../support/evaluated-program.ts";

function refusalOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    return (error as Error).message;
  }
  return "It is taken.";
}

const variablesOf = async (name: string, ...set: string[]) => {
  const { environment } = inputsOf(await evaluatedProgram(...set), "aws:lambda/function:Function", name);
  return (environment as { variables: Record<string, string> }).variables;
};

describe("a config value reaches its resources", () => {
  test("stagePaceSeconds reaches each stage by its own name, and one that is left out does not wait", async () => {
    const program = await evaluatedProgram('stagePaceSeconds={"ocr": 2, "mlInference": 1.5}');

    const paces = ["ocr", "ml-inference", "search"].map((name) => inputsOf(program, "aws:lambda/function:Function", name)["environment"]);
    expect(paces).toMatchObject([
      { variables: { PACE_SECONDS: "2" } },
      { variables: { PACE_SECONDS: "1.5" } },
      { variables: { PACE_SECONDS: "0" } },
    ]);
  });

  test("relatedDocuments and logLevel reach the search stage", async () => {
    expect(await variablesOf("search", "relatedDocuments=list", "logLevel=ERROR")).toMatchObject({
      RELATED_DOCUMENTS: "list",
      POWERTOOLS_LOG_LEVEL: "ERROR",
    });
  });

  test("ocrLanguages reach the OCR stage, its archive and the sentence of a job without text", async () => {
    const program = await evaluatedProgram("ocrLanguages=eng+deu");

    const { environment, code } = inputsOf(program, "aws:lambda/function:Function", "ocr") as { [key: string]: Record<string, string> };
    expect(environment).toMatchObject({ variables: { OCR_LANGUAGES: "eng+deu" } });
    expect(readdirSync(code?.["archive"] ?? "").filter((file) => file.includes("traineddata"))).toEqual([
      "deu.traineddata.gz",
      "eng.traineddata.gz",
    ]);
    const { definition } = inputsOf(program, "aws:sfn/stateMachine:StateMachine", "process-job");
    expect(definition).toContain("No text was found in the document in the configured languages (eng, deu). ");
  });

  test("search adds a route, which the description then has", async () => {
    const routesOf = async (...set: string[]) => {
      const { resources } = await evaluatedProgram(...set);
      return resources.filter(({ type }) => type === "aws:apigatewayv2/route:Route").map(({ inputs }) => inputs["routeKey"]);
    };

    const without = await routesOf("relatedDocuments=list");
    const searchable = await routesOf("search=true");

    expect(searchable.filter((routeKey) => !without.includes(routeKey))).toEqual(["GET /search"]);
    expect(await variablesOf("get-openapi", "search=true")).toMatchObject({ SEARCH: "true" });
  });

  test("the retentions reach record, bucket and logs", async () => {
    const program = await evaluatedProgram("jobRetentionDays=30", "logRetentionDays=90");

    expect(inputsOf(program, "aws:lambda/function:Function", "create-job")["environment"]).toMatchObject({
      variables: { JOB_RETENTION_DAYS: "30" },
    });
    expect(inputsOf(program, "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "documents")).toMatchObject({
      rules: [{ expiration: { days: 30 } }, { expiration: { days: 1 } }, {}],
    });
    const groups = program.resources.filter(({ type }) => type === "aws:cloudwatch/logGroup:LogGroup");
    expect(groups.map(({ inputs }) => inputs["retentionInDays"])).toEqual(groups.map(() => 90));
  });

  test("reservedConcurrency keeps calls for the functions that it names, and for no other", async () => {
    const program = await evaluatedProgram('reservedConcurrency={"ocr": 20, "create-job": 0}');

    const reserved = program.resources
      .filter(({ type }) => type === "aws:lambda/function:Function")
      .map(({ name, inputs }) => [name, inputs["reservedConcurrentExecutions"]])
      .filter(([, calls]) => calls !== -1);
    expect(Object.fromEntries(reserved)).toEqual({ ocr: 20, "create-job": 0 });
  });

  test.each([
    { set: ["auth=iam"], authorization: { authorizationType: "AWS_IAM" } },
    {
      set: ["auth=jwt", "jwtIssuer=https://issuer.example.com", "jwtAudience=app, other-app"],
      authorization: { authorizationType: "JWT", authorizerId: "jobs-local" },
    },
  ])("$set.0 authenticates every caller, except for the description and a browser's preflight", async ({ set, authorization }) => {
    const program = await evaluatedProgram(...set, "corsOrigins=https://app.example.com");

    const routes = program.resources.filter(({ type }) => type === "aws:apigatewayv2/route:Route").map(({ inputs }) => inputs);
    const open = routes.filter(({ authorizationType }) => authorizationType === "NONE");
    expect(open.map(({ routeKey }) => routeKey).sort()).toEqual(["GET /openapi.json", "OPTIONS /{proxy+}"]);
    for (const route of routes.filter((one) => !open.includes(one))) expect(route).toMatchObject(authorization);
    expect(program.outputs["Warnings"]).toEqual([]);
  });

  test("the issuer and the audiences reach the authorizer, and the authentication the description", async () => {
    const program = await evaluatedProgram("auth=jwt", "jwtIssuer=https://issuer.example.com", "jwtAudience=app, other-app");

    expect(inputsOf(program, "aws:apigatewayv2/authorizer:Authorizer", "jobs")).toEqual({
      ...{ apiId: "jobs-local", name: "jobs", authorizerType: "JWT", identitySources: ["$request.header.Authorization"] },
      jwtConfiguration: { issuer: "https://issuer.example.com", audiences: ["app", "other-app"] },
    });
    expect(inputsOf(program, "aws:lambda/function:Function", "get-openapi")["environment"]).toMatchObject({
      variables: { AUTHENTICATION: "jwt" },
    });
  });

  test("executionLogLevel reaches the state machine, and logLevel Lambda's own lines", async () => {
    const program = await evaluatedProgram("executionLogLevel=ERROR", "logLevel=WARN");

    expect(inputsOf(program, "aws:sfn/stateMachine:StateMachine", "process-job")["loggingConfiguration"]).toMatchObject({
      ...{ level: "ERROR", includeExecutionData: false },
    });
    expect(inputsOf(program, "aws:lambda/function:Function", "ocr")["loggingConfig"]).toMatchObject({ systemLogLevel: "WARN" });
  });

  test("protect keeps tables and bucket from being deleted, and tables restorable", async () => {
    const program = await evaluatedProgram("protect=true");

    for (const name of ["jobs", "postings"])
      expect(inputsOf(program, "aws:dynamodb/table:Table", name)).toMatchObject({
        pointInTimeRecovery: { enabled: true },
        deletionProtectionEnabled: true,
      });
    expect(inputsOf(program, "aws:s3/bucket:Bucket", "documents")).toEqual({ forceDestroy: false });
  });

  test("throttle reaches every route of the API", async () => {
    const program = await evaluatedProgram('throttle={"rate": 20, "burst": 40}');

    expect(inputsOf(program, "aws:apigatewayv2/stage:Stage", "jobs")).toMatchObject({
      defaultRouteSettings: { throttlingRateLimit: 20, throttlingBurstLimit: 40 },
    });
  });

  test("corsOrigins reaches the API and the bucket", async () => {
    const program = await evaluatedProgram("corsOrigins=https://app.example.com, http://localhost:5173");

    const origins = ["https://app.example.com", "http://localhost:5173"];
    expect(inputsOf(program, "aws:apigatewayv2/api:Api", "jobs")["corsConfiguration"]).toEqual({
      allowOrigins: origins,
      allowMethods: ["POST", "GET", "DELETE"],
      allowHeaders: ["authorization", "content-type", "idempotency-key", "if-none-match"],
      exposeHeaders: ["etag", "idempotency-replayed", "location", "retry-after"],
      maxAge: 3600,
    });
    expect(inputsOf(program, "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration", "documents")).toEqual({
      bucket: "documents-local",
      corsRules: [{ allowedMethods: ["PUT"], allowedOrigins: origins, allowedHeaders: ["*"], maxAgeSeconds: 3600 }],
    });
  });

  test("privateNetwork puts the stages, and nothing else, where only DynamoDB and S3 can be reached", async () => {
    const program = await evaluatedProgram("privateNetwork=true");

    const inNetwork = program.resources.filter(
      ({ type, inputs }) => type === "aws:lambda/function:Function" && inputs["vpcConfig"] !== undefined,
    );
    expect(inNetwork.map(({ name }) => name).sort()).toEqual(stages.map(fileName).sort());
    expect(inputsOf(program, "awsx:ec2:Vpc", "stages")).toMatchObject({
      natGateways: { strategy: "None" },
      subnetSpecs: [{ type: "Isolated" }],
    });
    expect(inputsOf(program, "aws:ec2/securityGroup:SecurityGroup", "stages")).toMatchObject({
      egress: [{ protocol: "tcp", fromPort: 443, toPort: 443, prefixListIds: ["pl-local", "pl-local"] }],
    });
    const endpoints = program.resources.filter(({ type }) => type === "aws:ec2/vpcEndpoint:VpcEndpoint");
    expect(endpoints.map(({ inputs }) => [inputs["serviceName"], inputs["vpcEndpointType"]])).toEqual([
      ["com.amazonaws.us-east-1.dynamodb", "Gateway"],
      ["com.amazonaws.us-east-1.s3", "Gateway"],
    ]);
  });
});

test.each([
  ["logLevel=LOUD", "The config value async-text-processing:logLevel is wrong: "],
  ["jobRetentionDays=0", "The config value async-text-processing:jobRetentionDays is wrong: "],
  ["jobRetentionDays=many", "The config value async-text-processing:jobRetentionDays is wrong: "],
  ["logRetentionDays=8", "The config value async-text-processing:logRetentionDays is wrong: must be one of 1, 3, 5, "],
  ['stagePaceSeconds={"ocr": 6}', "The config value async-text-processing:stagePaceSeconds.ocr is wrong: "],
  ['stagePaceSeconds={"ocrr": 1}', "The config value async-text-processing:stagePaceSeconds is wrong: "],
  [
    "ocrLanguages=german",
    "The config value async-text-processing:ocrLanguages is wrong: must be one language or several, such as eng or eng+deu",
  ],
  ["ocrLanguages=eng+deu+eng", "The config value async-text-processing:ocrLanguages is wrong: names eng twice"],
  [
    "ocrLanguages=eng+qaa",
    "The config value async-text-processing:ocrLanguages is wrong: the language qaa is not installed; install it with npm install --save-exact @tesseract.js-data/qaa.",
  ],
  ["relatedDocuments=all", "The config value async-text-processing:relatedDocuments is wrong: "],
  ["search=always", "The config value async-text-processing:search is wrong: "],
  ["privateNetwork=maybe", "The config value async-text-processing:privateNetwork is wrong: "],
  ["alarmEmail=me", "The config value async-text-processing:alarmEmail is wrong: must be one e-mail address, or empty"],
  ['reservedConcurrency={"ocr": -1}', "The config value async-text-processing:reservedConcurrency.ocr is wrong: "],
  ["reservedConcurrency=10", "The config value async-text-processing:reservedConcurrency is wrong: "],
  ["executionLogLevel=OFF", "The config value async-text-processing:executionLogLevel is wrong: "],
  ["auth=basic", "The config value async-text-processing:auth is wrong: "],
  ["auth=jwt", "The config value async-text-processing:jwtIssuer is wrong: must be the issuer of the tokens where auth is jwt"],
  ["jwtIssuer=issuer", "The config value async-text-processing:jwtIssuer is wrong: must be the address of an OpenID issuer, or empty"],
  ["protect=yes", "The config value async-text-processing:protect is wrong: "],
  ['throttle={"rate": 0, "burst": 1}', "The config value async-text-processing:throttle.rate is wrong: "],
  ['throttle={"rate": 5}', "The config value async-text-processing:throttle.burst is wrong: "],
  [
    "corsOrigins=https://a.example,https://b.example/app",
    "The config value async-text-processing:corsOrigins is wrong: must be comma-separated origins such as ",
  ],
  [
    "relatedDocuments=off search=true",
    "The config value async-text-processing:search is wrong: must be false where relatedDocuments is off, which keeps nothing to search in.",
  ],
])("%s is refused with one sentence", (assignments, sentence) => {
  const { values } = readStackConfig(projectFolder, "dev", assignments.split(/ (?=search=)/));
  setAllConfig({ ...values });

  const refusal = refusalOf(() => readSettings(new Config("async-text-processing")));

  expect(refusal).toMatch(/^[^\n]+\.$/);
  expect(refusal).toContain(sentence.replace("async-text-processing", getProject()));
});

test.each([
  ["logLevel=LOUD", "The config value async-text-processing:logLevel is wrong: "],
  ['reservedConcurrency={"ocrr": 1}', 'The config value async-text-processing:reservedConcurrency is wrong: there is no function "ocrr"'],
])("%s stops the program with one sentence", async (assignment, sentence) => {
  const refusal = await evaluatedProgram(assignment).catch((error: Error) => error.message);

  expect(refusal).toMatch(/^[^\n]+\.$/);
  expect(refusal).toContain(sentence);
});
