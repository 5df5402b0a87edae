import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ManualClock } from "@async-text-processing/local/testing";
import type { Surroundings } from "../../scripts/deploy/command.ts";

/** What the stand-in for the Pulumi CLI wrote down of one call. */
export interface PulumiCall {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What a command of the stand-in does, by its first two words. */
export interface PulumiAnswer {
  readonly output?: string;
  readonly code?: number;
  /** Text of the stack file that it leaves. */
  readonly stackFile?: string;
  /** Sends the program that called it what Ctrl-C sends. */
  readonly interrupts?: boolean;
}

export const accessKey = { AWS_ACCESS_KEY_ID: "AKIATESTTESTTESTTEST", AWS_SECRET_ACCESS_KEY: "secret/canary+0123456789" };
export const stackYaml = "# of the team\nconfig:\n  letters:logLevel: INFO\n";
const seen = [
  "AWS_REGION",
  "AWS_DEFAULT_REGION",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "PULUMI_BACKEND_URL",
  "PULUMI_CONFIG_PASSPHRASE",
];

/** Code that has been compiled once starts faster; `npm test` sets it. */
const compileCache = Object.fromEntries(Object.entries(process.env).filter(([name]) => name === "NODE_COMPILE_CACHE"));

/** A folder with a project in it, a `pulumi` command that only writes down how it is called, and an AWS that answers little. */
export class DeployProject {
  readonly folder = mkdtempSync(join(tmpdir(), "deploy-"));
  /** Requests to AWS: the service, what is asked for, and the key that signed. */
  readonly awsCalls: string[] = [];
  /** Requests that brought a token: what is asked for, and the token. */
  readonly tokens: string[] = [];
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const [status, body] = this.#awsAnswer(request, Buffer.concat(chunks).toString());
      response.writeHead(status, { "Content-Type": "application/json", "Retry-After": "0" }).end(JSON.stringify(body));
    });
  });
  /** Answers by what is asked for: `GetCallerIdentity`, `/2016-08-19/account-settings`, a name of a log group, `POST /jobs`, … */
  aws: Record<string, readonly [status: number, body: unknown]> = {
    GetCallerIdentity: [
      200,
      {
        GetCallerIdentityResponse: {
          GetCallerIdentityResult: { Account: "123456789012", Arn: "arn:aws:iam::123456789012:user/ada", UserId: "AIDA" },
        },
      },
    ],
    "/2016-08-19/account-settings": [200, { AccountLimit: { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 1000 } }],
  };

  constructor() {
    this.write("Pulumi.yaml", "name: letters\n");
    this.write("Pulumi.dev.yaml", stackYaml);
    this.write("package-lock.json", '{"packages": {"": {}}}');
    this.write(".env", `AWS_DEFAULT_REGION=eu-central-1\nAWS_SESSION_TOKEN=\n${variables(accessKey)}`);
    this.standIn({});
  }

  async listen(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return this.url;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    rmSync(this.folder, { recursive: true });
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  read(name: string): string | undefined {
    const file = join(this.folder, name);
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  }

  /** Puts a `pulumi` on a path of its own. */
  standIn(answers: Readonly<Record<string, PulumiAnswer>>): void {
    const all = {
      version: { output: "v3.203.0\n" },
      "stack select": { stackFile: `${stackYaml}encryptionsalt: v1:abc=:v1:def\n` },
      ...answers,
    };
    const bin = join(this.folder, "bin");
    mkdirSync(bin, { recursive: true });
    const file = join(bin, "pulumi");
    writeFileSync(
      file,
      `#!${process.execPath}
const { appendFileSync, writeFileSync } = require("node:fs");
const args = process.argv.slice(2);
const env = Object.fromEntries(${JSON.stringify(seen)}.map((name) => [name, process.env[name]]));
appendFileSync(${JSON.stringify(join(this.folder, "calls"))}, JSON.stringify({ args, env }) + "\\n");
const answers = ${JSON.stringify(all)};
const { output = "", code = 0, stackFile, interrupts } = answers[args.slice(0, 2).join(" ")] ?? answers[args[0]] ?? {};
if (stackFile !== undefined) writeFileSync("Pulumi.dev.yaml", stackFile);
if (interrupts) process.kill(process.ppid, "SIGINT");
process.stdout.write(output);
process.exitCode = code;
`,
    );
    chmodSync(file, 0o755);
  }

  get calls(): PulumiCall[] {
    return (this.read("calls") ?? "")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  }

  /** Runs scripts/<name>.ts as npm does, but for npm. */
  run(name: "deploy" | "teardown", args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
    const script = fileURLToPath(new URL(`../../scripts/${name}.ts`, import.meta.url));
    const child = spawn(process.execPath, [script, ...args], {
      cwd: this.folder,
      env: {
        HOME: this.folder,
        PATH: join(this.folder, "bin"),
        AWS_ENDPOINT_URL: this.url,
        AWS_EC2_METADATA_DISABLED: "true",
        ...compileCache,
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const texts = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text) => {
      texts.stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      texts.stderr += text;
    });
    return once(child, "close").then(([code]) => ({ code, ...texts }));
  }

  /** The surroundings of a command that runs in this process, at a terminal where `answer` is typed; its `said` is all that it says. */
  atTerminal(answer: string) {
    const said: { questions: string[]; printed: string[]; reported: string[] } = { questions: [], printed: [], reported: [] };
    const surroundings: Surroundings = {
      folder: this.folder,
      env: { PATH: join(this.folder, "bin"), AWS_ENDPOINT_URL: this.url, HOME: this.folder },
      platform: "linux",
      isTerminal: true,
      fetch,
      clock: new ManualClock(),
      ask: (question) => {
        said.questions.push(question);
        return Promise.resolve(answer);
      },
      print: (line) => said.printed.push(line),
      report: (line) => said.reported.push(line),
    };
    return { surroundings, said };
  }

  #awsAnswer({ method, url, headers }: IncomingMessage, body: string): readonly [number, unknown] {
    const { logGroupNamePrefix } = body.startsWith('{"logGroupNamePrefix"') ? JSON.parse(body) : {};
    const asked = /Action=(\w+)/.exec(body)?.[1] ?? logGroupNamePrefix ?? (url?.startsWith("/2016") ? url : `${method} ${url}`);
    const signed = /Credential=([^/]+)\/\d+\/(.+?)\/aws4_request.*Signature=[0-9a-f]{64}$/.exec(headers.authorization ?? "");
    if (signed !== null) this.awsCalls.push(`${asked} ${signed[1]} ${signed[2]}`);
    const [, token] = /^Bearer (.+)$/.exec(headers.authorization ?? "") ?? [];
    if (token !== undefined) this.tokens.push(`${asked} ${token}`);
    return this.aws[asked] ?? (headers["x-amz-target"] ? [200, { logGroups: [] }] : [404, { message: "Not Found" }]);
  }
}

const variables = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
