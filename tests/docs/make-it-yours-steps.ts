import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectFolder } from "../support/evaluated-program.ts";

/** A change that a step of `docs/make-it-yours.md` makes to a file. */
export interface Change {
  readonly file: string;
  /** A text, the whole file, or nothing where the file is new. */
  readonly replace: { readonly text: string } | "all" | "nothing";
  readonly by: string;
}

export interface Step {
  /** `Add a stage, step 3`. */
  readonly name: string;
  readonly changes: readonly Change[];
  /** Run once the files are changed. */
  readonly command?: string;
}

/** The members of a command's output that the page shows after it. */
export interface Shown {
  readonly command: string;
  readonly members: Readonly<Record<string, unknown>>;
}

const page = readFileSync(join(projectFolder, "docs", "make-it-yours.md"), "utf8");

const fence = /^( *)```\w+\n(.*?)^ *```$/gms;

/** The numbered steps of a part of the page, in order. */
export function stepsOf(part: string): Step[] {
  const text = page.split(/^## /m).find((section) => section.startsWith(`${part}\n`)) ?? "";
  const [, ...steps] = text.split(/^(?=\d+\. )/m);
  return steps.map((step) => stepFrom(`${part}, step ${Number.parseInt(step, 10)}`, step));
}

function stepFrom(name: string, step: string): Step {
  // The text after the list begins at the left margin.
  const own = step.split(/\n\n(?=\S)/)[0] ?? "";
  const [, command] = /^\d+\. Run `(npm run [^`]+)`/.exec(own) ?? [];
  if (command !== undefined) return { name, changes: [], command };
  const [, what = "", file = ""] = /(New|takes the place of all of|In),? `([^`]+)`[,:]/.exec(own) ?? [];
  const changes = what === "In" ? editsOf(file, own) : wholeFile(file, what === "New" ? "nothing" : "all", own);
  if (changes.length === 0) throw new Error(`${name} does not say what to do in a way that a program can follow.`);
  return { name, changes };
}

/** ``replace `a` by `b` `` and ``after `a` add `b` ``, which is a line of its own. */
const editsOf = (file: string, step: string): Change[] =>
  Array.from(step.matchAll(/(replace|after) `([^`]+)` (?:by|add) `([^`]+)`/g), ([, verb, text = "", by = ""]) => ({
    file,
    replace: { text },
    by: verb === "after" ? `${text}\n${by}` : by,
  }));

const wholeFile = (file: string, replace: "all" | "nothing", step: string): Change[] =>
  Array.from(step.matchAll(fence), ([, indent = "", code = ""]) => ({
    file,
    replace,
    by: code.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  }));

/**
 * The files that steps change or create, as they are afterwards.
 *
 * @throws Error with the step's name where a file is not as the step expects it.
 */
export function filesAfter(steps: readonly Step[]): Readonly<Record<string, string>> {
  const files = new Map<string, string>();
  for (const { name, changes } of steps)
    for (const change of changes) files.set(change.file, changed(name, change, files.get(change.file) ?? projectFile(change.file)));
  return Object.fromEntries(files);
}

function changed(step: string, { file, replace, by }: Change, before: string | undefined): string {
  if ((before === undefined) !== (replace === "nothing"))
    throw new Error(`${step}: ${file} is ${before === undefined ? "not" : "already"} there.`);
  if (before === undefined || typeof replace === "string") return by;
  const places = before.split(replace.text).length - 1;
  if (places !== 1) throw new Error(`${step}: the text to replace stands in ${file} ${places} times.`);
  return before.replace(replace.text, () => by);
}

function projectFile(file: string): string | undefined {
  try {
    return readFileSync(join(projectFolder, file), "utf8");
  } catch {
    return undefined;
  }
}

/** The outputs that the page shows, with the commands before them. */
export const shown: readonly Shown[] = Array.from(
  page.matchAll(/`((?:npm run job|curl) [^`]+)`[^`]*\n\n```json\n(.*?)```/gs),
  ([, command = "", members = ""]) => ({ command, members: JSON.parse(`{${members}}`) }),
);
