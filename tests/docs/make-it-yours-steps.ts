import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectFolder } from "../support/evaluated-program.ts";

/** What a step of `docs/make-it-yours.md` does to a file. */
export interface Step {
  /** `Add a stage, step 3`. */
  readonly name: string;
  readonly file: string;
  /** What is replaced: a text, a whole file, or nothing where the file is new. */
  readonly replace: { readonly text: string } | "all" | "nothing";
  readonly by: string;
}

/** What the page shows after a command: members of what it prints. */
export interface Shown {
  readonly command: string;
  readonly members: Readonly<Record<string, unknown>>;
}

const page = readFileSync(join(projectFolder, "docs", "make-it-yours.md"), "utf8");

const fence = /^( *)```\w+\n(.*?)^ *```$/gms;

/** The numbered steps of a part of the page, in their order. */
export function stepsOf(part: string): Step[] {
  const text = page.split(/^## /m).find((section) => section.startsWith(`${part}\n`)) ?? "";
  const [, ...steps] = text.split(/^(?=\d+\. )/m);
  return steps.map((step) => stepFrom(`${part}, step ${Number.parseInt(step, 10)}`, step));
}

function stepFrom(name: string, step: string): Step {
  // What stands to the left of the list belongs to the text after it.
  const own = step.split(/\n\n(?=\S)/)[0] ?? "";
  const [first, second, ...more] = Array.from(own.matchAll(fence), ([, indent = "", code = ""]) => withoutIndent(code, indent));
  const [, what = "", file = ""] = /(New|takes the place of all of|In),? `([^`]+)`(?:, replace|:)\n/.exec(own) ?? [];
  if (what === "In" && first !== undefined && second !== undefined && more.length === 0)
    return { name, file, replace: { text: first.trimEnd() }, by: second.trimEnd() };
  if (what !== "In" && file !== "" && first !== undefined && second === undefined)
    return { name, file, replace: what === "New" ? "nothing" : "all", by: first };
  throw new Error(`${name} does not say what to do in a way that a program can follow.`);
}

const withoutIndent = (code: string, indent: string): string => code.replaceAll(new RegExp(`^${indent}`, "gm"), "");

/**
 * The files that steps change or make, as they are afterwards.
 *
 * @throws Error with the step's name where a file is not as the step expects it.
 */
export function filesAfter(steps: readonly Step[]): Readonly<Record<string, string>> {
  const files = new Map<string, string>();
  for (const step of steps) files.set(step.file, afterStep(step, files.get(step.file) ?? projectFile(step.file)));
  return Object.fromEntries(files);
}

function afterStep({ name, file, replace, by }: Step, before: string | undefined): string {
  if ((before === undefined) !== (replace === "nothing"))
    throw new Error(`${name}: ${file} is ${before === undefined ? "not" : "already"} there.`);
  if (before === undefined || typeof replace === "string") return by;
  const places = before.split(replace.text).length - 1;
  if (places !== 1) throw new Error(`${name}: the text to replace stands in ${file} ${places} times.`);
  return before.replace(replace.text, () => by);
}

function projectFile(file: string): string | undefined {
  try {
    return readFileSync(join(projectFolder, file), "utf8");
  } catch {
    return undefined;
  }
}

/** What the page shows, by the commands before it. */
export const shown: readonly Shown[] = Array.from(
  page.matchAll(/`((?:npm run job|curl) [^`]+)`[^`]*\n\n```json\n(.*?)```/gs),
  ([, command = "", members = ""]) => ({ command, members: JSON.parse(`{${members}}`) }),
);
