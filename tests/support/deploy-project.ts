import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parseEnv } from "node:util";
import type { Command, Surroundings } from "../../scripts/deploy/command.ts";
import { systemClock } from "../../scripts/job/clock.ts";

/** One call of the stand-in for the Pulumi CLI. */
export interface PulumiCall {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The answer of the stand-in to a command, which is found by its first two words, or its first. */
export interface PulumiAnswer {
  readonly output?: string;
  readonly code?: number;
  /** Text of the stack file that it leaves. */
  readonly stackFile?: string;
  /** Sends SIGINT to the program that called it, as Ctrl-C does. */
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

const identity = (result: string): string =>
  `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>${result}</GetCallerIdentityResult></GetCallerIdentityResponse>`;

/** An error as STS answers it. */
export const stsError = (code: string): string =>
  `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>…</Message></Error></ErrorResponse>`;

/** A folder with a project in it, a `pulumi` command that records its calls, and the few operations of AWS that the commands call. */
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
      response.writeHead(status, { "Content-Type": "application/json", "Retry-After": "0" });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    });
  });
  /** Answers by what is asked for: `GetCallerIdentity`, `/2016-08-19/account-settings`, a name of a log group, `POST /jobs`, … */
  aws: Record<string, readonly [status: number, body: unknown]> = {
    GetCallerIdentity: [200, identity("<Account>123456789012</Account><Arn>arn:aws:iam::123456789012:user/ada</Arn><UserId>AIDA</UserId>")],
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
    // A shell starts ten times as fast as Node does.
    const variables = seen.map((name) => `[ -z "\${${name}+set}" ] || printf '\\037%s' "${name}=$${name}"`);
    const cases = Object.entries(all).map(([command, answer]) => `${quoted(command)}*) ${shellLines(answer)};;`);
    const calls = `{ printf %s "$*"; ${variables.join("; ")}; printf '\\n'; } >> ${quoted(join(this.folder, "calls"))}`;
    writeFileSync(join(bin, "pulumi"), `#!/bin/sh\n${calls}\ncase "$*" in\n${cases.join("\n")}\nesac\n`);
    chmodSync(join(bin, "pulumi"), 0o755);
  }

  get calls(): PulumiCall[] {
    const written = (this.read("calls") ?? "").split("\n").filter((line) => line !== "");
    return written.map((line) => {
      const [args = "", ...variables] = line.split("\u001f");
      return { args: args.split(" "), env: parseEnv(variables.join("\n")) };
    });
  }

  /** The environment of a terminal in which nothing is set but what leads to this project's `pulumi` and AWS. */
  get env(): NodeJS.ProcessEnv {
    return {
      HOME: this.folder,
      PATH: join(this.folder, "bin"),
      AWS_ENDPOINT_URL: this.url,
      AWS_EC2_METADATA_DISABLED: "true",
      ...compileCache,
    };
  }

  /** Runs scripts/<name>.ts in a process of its own, as npm does. */
  spawn(name: "deploy" | "teardown", args: readonly string[] = []) {
    const script = fileURLToPath(new URL(`../../scripts/${name}.ts`, import.meta.url));
    const child = spawn(process.execPath, [script, ...args], { cwd: this.folder, env: this.env, stdio: ["ignore", "pipe", "pipe"] });
    const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
    return ended.then(([stdout, stderr, [code]]) => ({ code, stdout, stderr }));
  }

  /**
   * Runs a command in this process, in an environment of its own. What the CLI prints goes to the terminal of the tests.
   *
   * @param typed is the answer at a terminal; without it there is no terminal.
   */
  async run(command: Command, args: readonly string[] = [], { env = {}, typed }: { env?: NodeJS.ProcessEnv; typed?: string } = {}) {
    const [printed, reported, questions]: [string[], string[], string[]] = [[], [], []];
    return inEnvironment({ ...this.env, ...env }, async () => {
      const surroundings: Surroundings = {
        folder: this.folder,
        env: process.env,
        platform: "linux",
        isTerminal: typed !== undefined,
        fetch,
        clock: systemClock,
        ask: (question) => {
          questions.push(question);
          return Promise.resolve(typed ?? "");
        },
        print: (line) => printed.push(line),
        report: (line) => reported.push(line),
      };
      const code = await command(args, surroundings);
      return { code, stdout: lines(printed), stderr: lines(reported), questions };
    });
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

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const shellLines = ({ output = "", code = 0, stackFile, interrupts }: PulumiAnswer): string =>
  [
    ...(stackFile === undefined ? [] : [`printf %s ${quoted(stackFile)} > Pulumi.dev.yaml`]),
    ...(interrupts ? ["kill -INT $PPID"] : []),
    `printf %s ${quoted(output)}`,
    `exit ${code}`,
  ].join("; ");

const lines = (all: readonly string[]): string => all.map((line) => `${line}\n`).join("");

/** Does `work` with no other variables in this process's environment, where AWS's clients and Pulumi's look. */
export async function inEnvironment<Result>(env: NodeJS.ProcessEnv, work: () => Promise<Result>): Promise<Result> {
  const before = replaceEnvironment(env);
  try {
    return await work();
  } finally {
    replaceEnvironment(before);
  }
}

function replaceEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const before = { ...process.env };
  for (const name of Object.keys(before)) delete process.env[name];
  Object.assign(process.env, env);
  return before;
}

const variables = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
