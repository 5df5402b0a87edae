import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { deploy } from "../../scripts/deploy/deploy.ts";
import { accessKey, DeployProject, stackYaml, stsError } from "../support/deploy-project.ts";

let project: DeployProject;
beforeEach(async () => {
  project = new DeployProject();
  await project.listen();
});
afterEach(() => project.close());

const where = "Stack dev in eu-central-1, account 123456789012, as arn:aws:iam::123456789012:user/ada. State in file://~.\n";

/** The outputs of a stack; the project's server is its API. */
const outputs = () => ({
  output: JSON.stringify({
    ApiBaseUrl: project.url,
    Warnings: ["Everyone may call."],
    ConsoleLinks: { stateMachine: "https://console.example/states" },
    CurlLine: "curl -i …",
  }),
});

function serveJob(last: object): void {
  project.aws = {
    ...project.aws,
    "GET /": [404, { error: "Not found" }],
    "POST /jobs": [202, { jobId: "j-1", status: "PENDING" }],
    "GET /jobs/j-1": [200, { jobId: "j-1", ...last }],
  };
}

describe("npm run deploy", () => {
  test("checks, selects the stack, updates it, shows its outputs and sends a job through it", async () => {
    project.standIn({ "stack output": outputs(), up: { output: "Updating (dev)\n" } });
    serveJob({ status: "DONE" });

    const { code, stdout, stderr } = await project.spawn("deploy");

    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^A job through all of it:\n.* PENDING j-1\n.* DONE\n$/) });
    expect(stdout).toBe(`${where}Updating (dev)

  ApiBaseUrl    ${project.url}
  Warnings      Everyone may call.
  stateMachine  https://console.example/states
  CurlLine      curl -i …

Try it:
  npm run job -- "some text" --url ${project.url}

{
  "jobId": "j-1",
  "status": "DONE"
}
`);
    expect(project.calls.map(({ args }) => args.join(" "))).toEqual([
      "version",
      "stack select dev --create",
      "stack export --stack dev",
      "up --stack dev --yes",
      "stack output --json --stack dev",
    ]);
    expect(project.awsCalls).toEqual([
      "GetCallerIdentity AKIATESTTESTTESTTEST eu-central-1/sts",
      "/2016-08-19/account-settings AKIATESTTESTTESTTEST eu-central-1/lambda",
      "/aws/vendedlogs/states/letters-dev- AKIATESTTESTTESTTEST eu-central-1/logs",
    ]);
  });

  describe("a stack of the same name that another state knows", () => {
    const group = "/aws/vendedlogs/states/letters-dev-process-job";
    const asked = "/aws/vendedlogs/states/letters-dev-";

    test("is not touched: nothing is updated", async () => {
      project.aws = { ...project.aws, [asked]: [200, { logGroups: [{ logGroupName: group }] }] };

      const { code, stderr } = await project.run(deploy);

      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: `There is a stack dev in eu-central-1 (${group}) that the state in file://~ does not know: set the PULUMI_BACKEND_URL that it was deployed with, or another STACK_NAME; if only that log group is left of it, delete it.\n`,
      });
      expect(project.calls.map(({ args }) => args[0])).not.toContain("up");
    });

    test("is not looked for where the state has resources, which are its own", async () => {
      const resources = [{ type: "pulumi:pulumi:Stack" }];
      project.standIn({ "stack output": outputs(), "stack export": { output: JSON.stringify({ deployment: { resources } }) } });
      project.aws = { ...project.aws, [asked]: [200, { logGroups: [{ logGroupName: group }] }] };

      expect(await project.run(deploy, ["--no-smoke"])).toMatchObject({ code: 0, stderr: "" });
    });

    test("is left to the update where the question is not permitted, as to a role for previews", async () => {
      project.standIn({ "stack output": outputs() });
      project.aws = { ...project.aws, [asked]: [400, { __type: "AccessDeniedException" }] };

      expect(await project.run(deploy, ["--no-smoke"])).toMatchObject({ code: 0, stderr: "" });
    });
  });

  test("signs the job with its own credentials where callers sign", async () => {
    project.standIn({ "stack output": outputs() });
    project.write("Pulumi.dev.yaml", `${stackYaml}  letters:auth: iam\n`);
    serveJob({ status: "DONE" });

    const { code, stdout } = await project.run(deploy);

    expect(code).toBe(0);
    expect(stdout).toContain(`npm run job -- "some text" --url ${project.url} --sign\n`);
    expect(project.awsCalls.slice(3)).toEqual([
      "POST /jobs AKIATESTTESTTESTTEST eu-central-1/execute-api",
      "GET /jobs/j-1 AKIATESTTESTTESTTEST eu-central-1/execute-api",
    ]);
  });

  test.each([
    { env: { JOB_TOKEN: "a.b.c" }, tokens: ["POST /jobs a.b.c", "GET /jobs/j-1 a.b.c"], says: /^A job through all of it:\n.* DONE\n$/s },
    {
      env: {},
      tokens: [],
      says: /^No job was sent through the API: its callers need a token \(auth: jwt\), and JOB_TOKEN is not set\.\n$/,
    },
  ])("where callers need a token, with $env, sends the job with that", async ({ env, tokens, says }) => {
    project.standIn({ "stack output": outputs() });
    project.write("Pulumi.dev.yaml", `${stackYaml}  letters:auth: jwt\n`);
    serveJob({ status: "DONE" });

    const { code, stdout, stderr } = await project.run(deploy, [], { env });

    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(says) });
    expect(stdout).toContain(`npm run job -- "some text" --url ${project.url} --token <token>\n`);
    expect(project.tokens).toEqual(tokens);
  });

  test("gives the CLI the credentials, the region, a local backend and an empty passphrase, and prints none of the secrets", async () => {
    project.standIn({ "stack output": outputs() });

    const { stdout, stderr } = await project.run(deploy, ["--no-smoke"]);

    expect(project.calls.slice(1).map(({ env }) => env)).toEqual(
      Array(4).fill({
        ...accessKey,
        AWS_REGION: "eu-central-1",
        AWS_DEFAULT_REGION: "eu-central-1",
        PULUMI_BACKEND_URL: "file://~",
        PULUMI_CONFIG_PASSPHRASE: "",
      }),
    );
    expect(stdout + stderr + JSON.stringify(project.calls.map(({ args }) => args))).not.toContain("canary");
  });

  test("leaves Pulumi.dev.yaml as it was, also where the update fails, and sends no job then", async () => {
    project.standIn({ up: { code: 255 } });

    const { code, stderr } = await project.run(deploy);

    expect({ code, stderr }).toEqual({ code: 1, stderr: "pulumi up ended with 255; its output above says why.\n" });
    expect(project.calls.map(({ args }) => args[0])).toEqual(["version", "stack", "stack", "up"]);
    expect(project.read("Pulumi.dev.yaml")).toBe(stackYaml);
  });

  test.each([
    [[], "up --stack dev"],
    [["--yes"], "up --stack dev --yes"],
  ])("at a terminal, with %j, calls pulumi %s", async (switches, call) => {
    project.standIn({ "stack output": outputs() });

    const { code } = await project.run(deploy, [...switches, "--no-smoke"], { typed: "" });

    expect(code).toBe(0);
    expect(project.calls.map(({ args }) => args.join(" "))).toContain(call);
  });

  test("waits after Ctrl-C for what the CLI has begun, and cleans up", async () => {
    project.standIn({ up: { interrupts: true, code: 255 } });

    const { code, stderr } = await project.spawn("deploy");

    expect({ code, stderr }).toEqual({ code: 1, stderr: "pulumi up ended with 255; its output above says why.\n" });
    expect(project.read("Pulumi.dev.yaml")).toBe(stackYaml);
  });

  test("--preview changes nothing", async () => {
    const { code, stdout } = await project.run(deploy, ["--preview"]);

    expect({ code, stdout }).toEqual({ code: 0, stdout: where });
    expect(project.calls.map(({ args }) => args.join(" "))).toEqual([
      "version",
      "stack select dev --create",
      "stack export --stack dev",
      "preview --stack dev",
    ]);
    expect(project.read("Pulumi.dev.yaml")).toBe(stackYaml);
  });

  test("fails where the job does", async () => {
    project.standIn({ "stack output": outputs() });
    serveJob({ status: "ERROR", errorCode: "StageFailed" });

    const { code, stderr } = await project.run(deploy);

    expect(code).toBe(1);
    expect(stderr).toContain(
      "The stack is deployed, but the job did not end in DONE: the links above lead to its logs; see also docs/deploying.md.\n",
    );
  });

  test("says that a stack without an address has none", async () => {
    project.standIn({ "stack output": { output: "{}" } });

    const { code, stderr } = await project.run(deploy);

    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: "The stack is deployed, but has no address of an API among its outputs, which pulumi stack output prints.\n",
    });
  });

  test("reports that a new account may run few executions at once, and deploys", async () => {
    project.standIn({ "stack output": outputs() });
    project.aws["/2016-08-19/account-settings"] = [200, { AccountLimit: { ConcurrentExecutions: 10 } }];

    const { code, stderr } = await project.run(deploy, ["--no-smoke"]);

    expect({ code, stderr }).toEqual({
      code: 0,
      stderr:
        'This account may run 10 Lambda executions at once, as new accounts do: under load, calls are throttled and jobs take longer. To change that, request a quota increase, which costs nothing (AWS console, Service Quotas, AWS Lambda, "Concurrent executions").\n',
    });
  });

  test("says what an unknown switch is not", async () => {
    const { code, stderr } = await project.run(deploy, ["--force"]);

    expect(code).toBe(1);
    expect(stderr).toContain("'--force'");
    expect(project.calls).toEqual([]);
  });
});

describe("before anything is changed, npm run deploy refuses", () => {
  const refusals: Record<string, { given: () => void; env?: NodeJS.ProcessEnv; says: string }> = {
    "no region": {
      given: () => project.write(".env", ""),
      says: "No AWS region is set: put AWS_DEFAULT_REGION into .env (copy example.env), with a code such as eu-central-1.",
    },
    "a missing Pulumi CLI": {
      given: () => undefined,
      env: { PATH: "/nowhere" },
      says: "The Pulumi CLI was not found on the PATH: install it (curl -fsSL https://get.pulumi.com | sh) and open a new terminal.",
    },
    "an old Pulumi CLI": {
      given: () => project.standIn({ version: { output: "v3.145.9\n" } }),
      says: "Pulumi 3.145.9 is too old for this project, which needs 3.146.0 or newer: reinstall it (curl -fsSL https://get.pulumi.com | sh).",
    },
    "no credentials": {
      given: () => project.write(".env", "AWS_DEFAULT_REGION=eu-central-1\n"),
      says: "There are no AWS credentials: copy example.env to .env and set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE (docs/deploying.md).",
    },
    "credentials that AWS rejects": {
      given: () => {
        project.aws["GetCallerIdentity"] = [403, stsError("InvalidClientTokenId")];
      },
      says: "AWS rejects the credentials (InvalidClientTokenId): check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in .env.",
    },
    "a reservation that the account cannot give": {
      given: () => {
        project.aws["/2016-08-19/account-settings"] = [200, { AccountLimit: { ConcurrentExecutions: 109 } }];
        project.write("Pulumi.dev.yaml", `config:\n  letters:reservedConcurrency: '{"ocr": 7, "search": 3}'\n`);
      },
      says: 'reservedConcurrency takes 10 of the 109 concurrent Lambda executions of this account, and AWS keeps 100 unreserved: lower it, or request a quota increase, which costs nothing (AWS console, Service Quotas, AWS Lambda, "Concurrent executions").',
    },
    "state on the disk of a CI runner": {
      given: () => undefined,
      env: { CI: "true" },
      says: "A runner's disk is lost after the run, and the stack's state with it: set PULUMI_BACKEND_URL to a bucket, s3://….",
    },
  };

  test("packages that are not installed", async () => {
    project.write("package-lock.json", '{"packages": {"": {"dependencies": {"zod": "4.6.7"}}, "node_modules/zod": {"version": "4.6.7"}}}');

    const { code, stderr } = await project.spawn("deploy");

    expect({ code, stderr }).toEqual({ code: 1, stderr: "The packages of package-lock.json are not installed (zod): run npm ci.\n" });
    expect(project.calls).toEqual([]);
  });

  test.each(Object.entries(refusals))("%s", async (_, { given, env = {}, says }) => {
    given();

    const { code, stderr } = await project.run(deploy, [], { env });

    expect({ code, stderr }).toEqual({ code: 1, stderr: `${says}\n` });
    expect(project.calls.filter(({ args }) => args[0] !== "version")).toEqual([]);
  });
});
