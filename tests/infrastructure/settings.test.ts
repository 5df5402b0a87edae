import { describe, expect, test } from "vitest";
import { evaluatedProgram, inputsOf } from "../support/evaluated-program.ts";

const variablesOf = async (name: string, ...set: string[]) => {
  const { environment } = inputsOf(await evaluatedProgram(...set), "aws:lambda/function:Function", name);
  return (environment as { variables: Record<string, string> }).variables;
};

describe("a config value reaches what it is about", () => {
  test("stagePaceSeconds reaches each stage by its own name", async () => {
    const program = await evaluatedProgram('stagePaceSeconds={"ocr": 2, "mlInference": 1.5, "search": 1}');

    const paces = ["ocr", "ml-inference", "search"].map((name) => inputsOf(program, "aws:lambda/function:Function", name)["environment"]);
    expect(paces).toMatchObject([
      { variables: { PACE_SECONDS: "2" } },
      { variables: { PACE_SECONDS: "1.5" } },
      { variables: { PACE_SECONDS: "1" } },
    ]);
  });

  test("relatedDocuments and logLevel reach the search stage", async () => {
    expect(await variablesOf("search", "relatedDocuments=list", "logLevel=ERROR")).toMatchObject({
      RELATED_DOCUMENTS: "list",
      POWERTOOLS_LOG_LEVEL: "ERROR",
    });
  });

  test("the retentions reach record, bucket and logs", async () => {
    const program = await evaluatedProgram("jobRetentionDays=30", "logRetentionDays=90");

    expect(inputsOf(program, "aws:lambda/function:Function", "create-job")["environment"]).toMatchObject({
      variables: { JOB_RETENTION_DAYS: "30" },
    });
    expect(inputsOf(program, "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "documents")).toMatchObject({
      rules: [{ expiration: { days: 30 } }, {}],
    });
    const groups = program.resources.filter(({ type }) => type === "aws:cloudwatch/logGroup:LogGroup");
    expect(groups.map(({ inputs }) => inputs["retentionInDays"])).toEqual(groups.map(() => 90));
  });

  test("privateNetwork puts the stages, and nothing else, where only DynamoDB and S3 can be reached", async () => {
    const program = await evaluatedProgram("privateNetwork=true");

    const inNetwork = program.resources.filter(
      ({ type, inputs }) => type === "aws:lambda/function:Function" && inputs["vpcConfig"] !== undefined,
    );
    expect(inNetwork.map(({ name }) => name).sort()).toEqual(["ml-inference", "ocr", "search"]);
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
  ["relatedDocuments=all", "The config value async-text-processing:relatedDocuments is wrong: "],
  ["privateNetwork=maybe", "The config value async-text-processing:privateNetwork is wrong: "],
])("%s stops the program with one sentence", async (assignment, sentence) => {
  const refusal = await evaluatedProgram(assignment).catch((error: Error) => error.message);

  expect(refusal).toMatch(/^[^\n]+\.$/);
  expect(refusal).toContain(sentence);
});
