import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { projectFolder } from "../support/evaluated-program.ts";

export type Shell = "bash" | "powershell" | "bat";

/** What a page shows a reader to type: a command, or the lines of a block that share their variables. */
export interface Command {
  readonly text: string;
  readonly shell: Shell;
  /** What the page says is printed; nothing where it does not say. */
  readonly answer: string | undefined;
  /** Whether it stands in a sentence or a table rather than in a block. */
  readonly isInline: boolean;
  readonly page: string;
  /** The heading above it. */
  readonly section: string;
  /** Page and line. */
  readonly place: string;
}

/** Pages that a test of their own follows. */
export const pagesWithTests = ["docs/make-it-yours.md"];

/** The pages whose commands are run, README first. */
export const pages: readonly string[] = [
  "README.md",
  "CONTRIBUTING.md",
  ...globSync(["docs/*.md", "packages/*/README.md"], { cwd: projectFolder }).sort(),
].filter((page) => !pagesWithTests.includes(page));

export const textOf = (page: string): string => readFileSync(join(projectFolder, page), "utf8");

const shells: Readonly<Record<string, Shell>> = { console: "bash", sh: "bash", bash: "bash", powershell: "powershell", bat: "bat" };

const programs = "aws|brew|cd|copy|cp|curl|docker|export [A-Z_]+=\\S*|gh|git|node|npm|npm\\.cmd|npx|pip|poll\\.cmd|pulumi|set|sh|winget";
const bashLine = new RegExp(`^(?:[A-Z_]+=\\S* )*(?:${programs}) \\S`);
const powershellLine = /^(?:Invoke|Set|Get)-\w+ \S/;

const shellBlock = new RegExp(`^\`\`\`(?:${Object.keys(shells).join("|")})\\n[\\s\\S]*?^\`\`\`$`, "gm");

/** A block with its tag and body, a heading, or a piece of code in a sentence. */
const part = /^```(?<tag>\w*)\n(?<body>[\s\S]*?)^```$|^#+ (?<heading>.+)$|`(?<inline>[^`\n]+)`/gm;

/** The commands of a page in their order. A record that it shows as JSON is asked for by the text that is in it. */
export function commandsOf(page: string, text = textOf(page)): Command[] {
  let section = "";
  return [...text.matchAll(part)].flatMap(({ groups = {}, index }) => {
    const { tag = "", body, heading, inline } = groups;
    section = heading ?? section;
    const line = text.slice(0, index).split("\n").length;
    const at = { page, section, place: `${page}:${line}`, isInline: inline !== undefined };
    const typed = body === undefined ? inlineCommands(inline?.replaceAll("\\|", "|") ?? "") : blockCommands(tag, body, at.place);
    return typed.map((command) => ({ ...at, answer: undefined, ...command }));
  });
}

type Typed = Pick<Command, "text" | "shell"> & Partial<Pick<Command, "answer">>;

function inlineCommands(text: string): Typed[] {
  if (powershellLine.test(text)) return [{ text, shell: "powershell" }];
  return bashLine.test(text) ? [{ text, shell: "bash" }] : [];
}

function blockCommands(tag: string, body: string, place: string): Typed[] {
  const shell = shells[tag];
  if (tag === "json") return recordCommands(body, place);
  if (shell === undefined) return [];
  if (tag !== "console") return [{ text: body.trim(), shell }];
  return body.split(/^\$ /m).flatMap((typed) => {
    const [text = "", ...answer] = typed.trimEnd().split("\n");
    return text === "" ? [] : [{ text, shell, answer: answer.length === 0 ? undefined : answer.join("\n") }];
  });
}

function recordCommands(body: string, place: string): Typed[] {
  if (body.includes('"Version": "2012-10-17"')) return []; // a policy
  const [jobId, text] = ["jobId", "text"].map((name) => new RegExp(`^  "${name}": "(.*)",$`, "m").exec(body)?.[1]);
  if (jobId === undefined || text === undefined) throw new Error(`${place} shows JSON that no command gives: show the command, too.`);
  const submission = `curl http://127.0.0.1:3000/jobs -d '{"text": "${text.replaceAll("'", "'\\''")}"}'`;
  return [
    { text: submission, shell: "bash" },
    { text: `curl http://127.0.0.1:3000/jobs/${jobId}`, shell: "bash", answer: body },
  ];
}

/** Lines that begin like a command and stand in no block of a shell, so that nobody would run them. */
export function strayCommands(text: string): string[] {
  const lines = text.replaceAll(shellBlock, "").split("\n");
  return lines.filter((line) => bashLine.test(line.replace(/^\s*(?:\$ )?/, "")) || powershellLine.test(line.trim()));
}
