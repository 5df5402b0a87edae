import { readdirSync } from "node:fs";
import { type Manifest, readStackConfig } from "@async-text-processing/local";
import { Config } from "@pulumi/pulumi";
import { setAllConfig } from "@pulumi/pulumi/runtime/config.js";
import { setMockOptions } from "@pulumi/pulumi/runtime/settings.js";
import { beforeAll, describe, expect, test } from "vitest";
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

const boundary = "arn:aws:iam::123456789012:policy/boundary";
const jwt = ["auth=jwt", "jwtIssuer=https://issuer.example.com", "jwtAudience=app, other-app"];
/** Values that have nothing to do with one another: one program has them all, as an evaluation for each would take most of this file's time. */
const values = [
  ...jwt,
  'stagePaceSeconds={"ocr": 2, "mlInference": 1.5}',
  ...["relatedDocuments=list", "search=true", "ocrLanguages=eng+deu", "protect=true", `permissionsBoundary=${boundary}`],
  ...["jobRetentionDays=30", "logRetentionDays=90", "executionLogLevel=ERROR", "logLevel=WARN"],
  ...['reservedConcurrency={"ocr": 20, "create-job": 0}', 'throttle={"rate": 20, "burst": 40}'],
  "corsOrigins=https://app.example.com, http://localhost:5173",
];

function variablesOf(program: Manifest, name: string): Record<string, string> {
  const { environment } = inputsOf(program, "aws:lambda/function:Function", name);
  return (environment as { variables: Record<string, string> }).variables;
}

describe("a config value reaches its resources", () => {
  let program: Manifest;
  beforeAll(async () => {
    program = await evaluatedProgram(...values);
  });

  test("stagePaceSeconds reaches each stage by its own name, and one that is left out does not wait", () => {
    const paces = ["ocr", "ml-inference", "search"].map((name) => inputsOf(program, "aws:lambda/function:Function", name)["environment"]);
    expect(paces).toMatchObject([
      { variables: { PACE_SECONDS: "2" } },
      { variables: { PACE_SECONDS: "1.5" } },
      { variables: { PACE_SECONDS: "0" } },
    ]);
  });

  test("relatedDocuments reaches the search stage", () => {
    expect(variablesOf(program, "search")).toMatchObject({ RELATED_DOCUMENTS: "list" });
  });

  test("ocrLanguages reach the OCR stage, its archive and the sentence of a job without text", () => {
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
    const routesOf = ({ resources }: Manifest) =>
      resources.filter(({ type }) => type === "aws:apigatewayv2/route:Route").map(({ inputs }) => inputs["routeKey"]);

    const without = routesOf(await evaluatedProgram());
    const searchable = await evaluatedProgram("search=true");

    expect(routesOf(searchable).filter((routeKey) => !without.includes(routeKey))).toEqual(["GET /search"]);
    expect(variablesOf(searchable, "get-openapi")).toMatchObject({ SEARCH: "true" });
  });

  test.each([["auth=iam"], jwt])("%s adds the list of a caller's jobs", async (...set) => {
    const program = await evaluatedProgram(...set);
    const added = (type: string, names: readonly unknown[], { resources }: Manifest) =>
      resources.filter((one) => one.type === type && !names.includes(one.name)).map(({ name }) => name);
    const namesIn = ({ resources }: Manifest) => resources.map(({ name }) => name);

    const before = namesIn(await evaluatedProgram());

    expect(added("aws:lambda/function:Function", before, program)).toEqual(["list-jobs"]);
    expect(added("aws:apigatewayv2/route:Route", before, program)).toEqual(["jobs-get-jobs"]);
    expect(inputsOf(program, "aws:apigatewayv2/route:Route", "jobs-get-jobs")["routeKey"]).toBe("GET /jobs");
  });

  test("the retentions reach record, bucket and logs", () => {
    expect(inputsOf(program, "aws:lambda/function:Function", "create-job")["environment"]).toMatchObject({
      variables: { JOB_RETENTION_DAYS: "30" },
    });
    expect(inputsOf(program, "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "documents")).toMatchObject({
      rules: [{ expiration: { days: 30 } }, { expiration: { days: 1 } }, {}],
    });
    const groups = program.resources.filter(({ type }) => type === "aws:cloudwatch/logGroup:LogGroup");
    expect(groups.map(({ inputs }) => inputs["retentionInDays"])).toEqual(groups.map(() => 90));
  });

  test("reservedConcurrency keeps calls for the functions that it names, and for no other", () => {
    const reserved = program.resources
      .filter(({ type }) => type === "aws:lambda/function:Function")
      .map(({ name, inputs }) => [name, inputs["reservedConcurrentExecutions"]])
      .filter(([, calls]) => calls !== -1);
    expect(Object.fromEntries(reserved)).toEqual({ ocr: 20, "create-job": 0 });
  });

  test.each([
    { set: ["auth=iam", "corsOrigins=https://app.example.com"], authorization: { authorizationType: "AWS_IAM" } },
    {
      set: values,
      authorization: { authorizationType: "JWT", authorizerId: "jobs-local" },
    },
  ])("$set.0 authenticates every caller, except for the description and a browser's preflight", async ({ set, authorization }) => {
    const program = await evaluatedProgram(...set);

    const routes = program.resources.filter(({ type }) => type === "aws:apigatewayv2/route:Route").map(({ inputs }) => inputs);
    const open = routes.filter(({ authorizationType }) => authorizationType === "NONE");
    expect(open.map(({ routeKey }) => routeKey).sort()).toEqual(["GET /openapi.json", "OPTIONS /{proxy+}"]);
    for (const route of routes.filter((one) => !open.includes(one))) expect(route).toMatchObject(authorization);
    expect(program.outputs["Warnings"]).toEqual([]);
  });

  test("the issuer and the audiences reach the authorizer, and the authentication the description", () => {
    expect(inputsOf(program, "aws:apigatewayv2/authorizer:Authorizer", "jobs")).toEqual({
      ...{ apiId: "jobs-local", name: "jobs", authorizerType: "JWT", identitySources: ["$request.header.Authorization"] },
      jwtConfiguration: { issuer: "https://issuer.example.com", audiences: ["app", "other-app"] },
    });
    expect(inputsOf(program, "aws:lambda/function:Function", "get-openapi")["environment"]).toMatchObject({
      variables: { AUTHENTICATION: "jwt" },
    });
  });

  test("executionLogLevel reaches the state machine, and logLevel Lambda, which hands it on to the function", () => {
    expect(inputsOf(program, "aws:sfn/stateMachine:StateMachine", "process-job")["loggingConfiguration"]).toMatchObject({
      ...{ level: "ERROR", includeExecutionData: false },
    });
    expect(inputsOf(program, "aws:lambda/function:Function", "ocr")["loggingConfig"]).toMatchObject({
      applicationLogLevel: "WARN",
      systemLogLevel: "WARN",
    });
  });

  test("protect keeps tables and bucket from being deleted, and tables restorable", () => {
    for (const name of ["jobs", "postings"])
      expect(inputsOf(program, "aws:dynamodb/table:Table", name)).toMatchObject({
        pointInTimeRecovery: { enabled: true },
        deletionProtectionEnabled: true,
      });
    expect(inputsOf(program, "aws:s3/bucket:Bucket", "documents")).toEqual({ forceDestroy: false });
  });

  test("throttle reaches every route of the API", () => {
    expect(inputsOf(program, "aws:apigatewayv2/stage:Stage", "jobs")).toMatchObject({
      defaultRouteSettings: { throttlingRateLimit: 20, throttlingBurstLimit: 40 },
    });
  });

  test("corsOrigins reaches the API and the bucket", () => {
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

  test("permissionsBoundary bounds every role, and none where it is empty", async () => {
    const boundariesOf = ({ resources }: Manifest) =>
      new Set(resources.filter(({ type }) => type === "aws:iam/role:Role").map(({ inputs }) => inputs["permissionsBoundary"]));

    expect(boundariesOf(program)).toEqual(new Set([boundary]));
    expect(boundariesOf(await evaluatedProgram("search=true"))).toEqual(new Set([undefined]));
  });

  describe("privateNetwork", () => {
    const functionsOf = ({ resources }: Manifest) => resources.filter(({ type }) => type === "aws:lambda/function:Function");

    test("puts the stages, and nothing else, where only DynamoDB and S3 can be reached", async () => {
      const program = await evaluatedProgram("search=true", "privateNetwork=true");

      const inNetwork = functionsOf(program).filter(({ inputs }) => inputs["vpcConfig"] !== undefined);
      expect(inNetwork.map(({ name }) => name).sort()).toEqual(stages.map(fileName).sort());
      expect(inputsOf(program, "awsx:ec2:Vpc", "stages")).toMatchObject({
        natGateways: { strategy: "None" },
        subnetSpecs: [{ type: "Isolated" }],
      });
      const groups = program.resources.filter(({ type }) => type === "aws:ec2/securityGroup:SecurityGroup");
      expect(groups.map(({ name }) => name).sort()).toEqual(stages.map(fileName).sort());
      for (const { inputs } of groups)
        expect(inputs).toMatchObject({
          egress: [{ protocol: "tcp", fromPort: 443, toPort: 443, prefixListIds: ["pl-local", "pl-local"] }],
        });
      const endpoints = program.resources.filter(({ type }) => type === "aws:ec2/vpcEndpoint:VpcEndpoint");
      expect(endpoints.map(({ inputs }) => [inputs["serviceName"], inputs["vpcEndpointType"]])).toEqual([
        ["com.amazonaws.us-east-1.dynamodb", "Gateway"],
        ["com.amazonaws.us-east-1.s3", "Gateway"],
      ]);
    });

    test("gives a function that enters or leaves a network another name, so that no version of it stays there, and the same log", async () => {
      const [inside, outside] = [await evaluatedProgram("search=true", "privateNetwork=true"), await evaluatedProgram("search=true")];

      const nameOf = (program: Manifest) => inputsOf(program, "aws:lambda/function:Function", "ocr")["name"];
      expect([nameOf(inside), nameOf(outside)]).toEqual(["async-text-processing-dev-ocr-vpc", "async-text-processing-dev-ocr"]);
      const logOf = (program: Manifest) => inputsOf(program, "aws:cloudwatch/logGroup:LogGroup", "ocr");
      expect(logOf(inside)).toEqual(logOf(outside));
    });
  });
});

const configured = 'must be calls by function as JSON, such as {"ocr": 20, "create-job": 10}';

/** Each refusal, without the beginning that names the value. */
const refusals: readonly (readonly [assignments: string, value: string, sentence: string])[] = [
  ["logLevel=LOUD", "logLevel", "must be DEBUG, INFO, WARN or ERROR"],
  ["executionLogLevel=OFF", "executionLogLevel", "must be ALL or ERROR"],
  ["jobRetentionDays=0", "jobRetentionDays", "must be a whole number from 1 to 365"],
  ["jobRetentionDays=many", "jobRetentionDays", "must be a whole number from 1 to 365"],
  ["logRetentionDays=8", "logRetentionDays", "must be one of 1, 3, 5, 7, 14, 30, "],
  ['stagePaceSeconds={"ocr": 6}', "stagePaceSeconds.ocr", "must be 0 to 5 seconds"],
  ['stagePaceSeconds={"ocrr": 1}', "stagePaceSeconds", 'must be seconds by stage as JSON, such as {"ocr": 2, "mlInference": 2}'],
  ["stagePaceSeconds=2", "stagePaceSeconds", 'must be seconds by stage as JSON, such as {"ocr": 2, "mlInference": 2}'],
  ["ocrLanguages=german", "ocrLanguages", "must be one language or several, such as eng or eng+deu"],
  ["ocrLanguages=eng+deu+eng", "ocrLanguages", "names eng twice"],
  [
    "ocrLanguages=eng+qaa",
    "ocrLanguages",
    "the language qaa is not installed; install it with npm install --save-exact @tesseract.js-data/qaa",
  ],
  ["relatedDocuments=all", "relatedDocuments", "must be off, count or list"],
  ["search=always", "search", "must be true or false"],
  ["privateNetwork=maybe", "privateNetwork", "must be true or false"],
  ["alarmEmail=me", "alarmEmail", "must be one e-mail address, or empty"],
  ["monthlyBudget=much", "monthlyBudget", "must be dollars a month, or 0 for no budget"],
  ["monthlyBudget=50", "monthlyBudget", "needs alarmEmail, where AWS mails it to"],
  ["reservedConcurrency={ocr: 1}", "reservedConcurrency", configured],
  ['reservedConcurrency="ocr"', "reservedConcurrency", configured],
  ["reservedConcurrency=10", "reservedConcurrency", configured],
  ['reservedConcurrency={"ocr": -1}', "reservedConcurrency.ocr", "must be a whole number of calls, 0 or more"],
  ['reservedConcurrency={"ocrr": 1}', "reservedConcurrency", 'this stack has no function "ocrr"; it has create-job, '],
  ['reservedConcurrency={"find-documents": 1}', "reservedConcurrency", 'this stack has no function "find-documents"; it has '],
  ["auth=basic", "auth", "must be none, iam or jwt"],
  ["auth=jwt", "jwtIssuer", "must be the issuer of the tokens where auth is jwt"],
  ["auth=jwt jwtIssuer=https://a.example", "jwtAudience", "must be at least one audience where auth is jwt"],
  ["jwtIssuer=issuer", "jwtIssuer", "must be the https:// address of an OpenID issuer, or empty"],
  ["jwtIssuer=http://issuer.example.com", "jwtIssuer", "must begin with https://"],
  ["jwtIssuer=http://localhost.example.com", "jwtIssuer", "must begin with https://"],
  ["protect=yes", "protect", "must be true or false"],
  ['throttle={"rate": 0, "burst": 1}', "throttle.rate", "must be a number of requests a second, 1 or more"],
  ['throttle={"rate": 5}', "throttle.burst", "must be a whole number of requests, 1 or more"],
  ["throttle=5", "throttle", 'must be JSON such as {"rate": 50, "burst": 100}'],
  [
    "corsOrigins=https://a.example,https://b.example/app",
    "corsOrigins",
    "must be comma-separated origins such as https://app.example.com, or *",
  ],
  ["permissionsBoundary=boundary", "permissionsBoundary", "must be the ARN of a managed policy, or empty"],
  ["relatedDocuments=off search=true", "search", "must be false where relatedDocuments is off, which keeps nothing to search in"],
];

/** Reads the settings as Pulumi's engine hands them over, for a stack of this name. */
function settingsOf(values: Readonly<Record<string, string>>, stack = "dev") {
  setMockOptions({}, "async-text-processing", stack);
  setAllConfig({ ...readStackConfig(projectFolder, "dev", []).values, ...values });
  return readSettings(new Config("async-text-processing"));
}

const given = (assignments: string) => readStackConfig(projectFolder, "dev", assignments.split(/ (?=search=|jwt)/)).values;

test.each(refusals)("%s is refused with one sentence", (assignments, value, sentence) => {
  const refusal = refusalOf(() => settingsOf(given(assignments)));

  expect(refusal).toMatch(/^[^\n]+\.$/);
  expect(refusal).toContain(`The config value async-text-processing:${value} is wrong: ${sentence}`);
});

test("a text of digits stays a text, and so does one that reads like JSON", () => {
  const { jwtAudience } = settingsOf({ "async-text-processing:jwtAudience": "123456789012, true" });

  expect(jwtAudience).toEqual(["123456789012", "true"]);
});

test("an issuer on this machine may be reached by http, which serves npm start", () => {
  const { jwtIssuer } = settingsOf({ "async-text-processing:jwtIssuer": "http://127.0.0.1:8080/realms/a" });

  expect(jwtIssuer).toBe("http://127.0.0.1:8080/realms/a");
});

test("a misspelt key is refused with the nearest one, and keys of others are not", () => {
  expect(refusalOf(() => settingsOf({ "async-text-processing:logLevl": "ERROR" }))).toBe(
    "There is no config value async-text-processing:logLevl; the nearest is logLevel.",
  );
  expect(refusalOf(() => settingsOf({ "async-text-processing-2:logLevl": "ERROR", "aws:region": "eu-west-1" }))).toBe("It is taken.");
});

describe("a stack's name", () => {
  test.each(["dev", "a", "feature-12345678901"])("%s is taken", (stack) => {
    expect(refusalOf(() => settingsOf({}, stack))).toBe("It is taken.");
  });

  test.each(["feature-123456789012", "v1.2", "Dev", "my_stack"])("%s is refused before anything is created", (stack) => {
    expect(refusalOf(() => settingsOf({}, stack))).toBe(
      `The stack's name, ${stack}, must be 1 to 19 lower-case letters, digits and hyphens, since it is part of the names of functions, roles and buckets.`,
    );
  });

  test("of 19 characters fits into the names of all roles, functions and schedules, which have up to 64", async () => {
    const { resources } = await evaluatedProgram("search=true", "privateNetwork=true");
    const limited = ["aws:iam/role:Role", "aws:lambda/function:Function", "aws:scheduler/schedule:Schedule"];
    const names = resources
      .filter(({ type }) => limited.includes(type))
      .map(({ name }) => `async-text-processing-${"s".repeat(19)}-${name}-0a1b2c3`);

    expect(Math.max(...names.map((name) => name.length))).toBe(64);
  });
});

test.each([["logLevel=LOUD"], ['reservedConcurrency={"ocrr": 1}']])("%s stops the program with one sentence", async (assignment) => {
  const refusal = await evaluatedProgram(assignment).catch((error: Error) => error.message);

  expect(refusal).toMatch(/^The config value async-text-processing:[^\n]+\.$/);
});
