import { readdirSync } from "node:fs";

/** Pulumi puts a hyphen and this many digits after the name of a role; Pulumi.yaml has the pattern. */
const suffixLength = 8;

/** The longest name of a role, of a function and of a schedule. */
const maxNameLength = 64;

/** The files of `functions/` without their ending: a function each, with a role of the same name. Other roles have shorter names. */
export const functionNames: readonly string[] = readdirSync(new URL("../functions", import.meta.url))
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.slice(0, -".ts".length));

/**
 * Says what is wrong with a stack's name, which is part of all names on AWS: those of buckets have no upper case, those
 * of roles and functions no dot, and at most 64 characters.
 *
 * @returns the end of a sentence that begins with the name; nothing where it is right.
 */
export function stackNameProblem(project: string, stack: string): string | undefined {
  const longest = Math.max(...functionNames.map((name) => name.length));
  const maxLength = maxNameLength - suffixLength - `${project}--`.length - longest;
  if (/^[a-z0-9-]+$/.test(stack) && stack.length <= maxLength) return undefined;
  return `must be 1 to ${maxLength} lower-case letters, digits and hyphens, since it is part of the names of functions, roles and buckets`;
}
