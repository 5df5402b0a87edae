import { expect } from "vitest";

export const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

const jsonString = /("(?:[^"\\]|\\.)*")/;

/** The parts of an answer that differ from run to run, and nothing else. */
const varying: readonly (readonly [RegExp, string])[] = [
  [/\r/g, ""],
  [/("(?:createdAt|updatedAt|expiresAt)": ?)\d{10}\b/g, "$1<Unix time>"],
  [/^apigw-requestid: [\w-]{15}=$/gm, "apigw-requestid: <id>"],
  [/^Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/gm, "Date: <date>"],
  [/^ +\d+\.\d s {2}(?=[A-Z])/gm, "<seconds> s  "],
  [/^Ready in \d+\.\d s\./gm, "Ready in <seconds> s."],
];

/** Maps the ids that a page prints to the actual ones: the new ones of an answer, in order. */
export function learnIds(ids: Map<string, string>, printed: string, real: string): void {
  const realIds = [...new Set(real.match(uuid))];
  for (const [index, id] of [...new Set(printed.match(uuid))].entries()) if (!ids.has(id)) ids.set(id, realIds[index] ?? id);
}

/**
 * Compares the whole of what was printed with what the page says of it, in which `…` is anything: within a string of JSON, the rest
 * of that string. Where JSON begins, white space between its parts does not count.
 *
 * @throws AssertionError that shows both.
 */
export function expectAnswer(real: string, printed: string): void {
  const [actual, expected] = [normalised(real), normalised(printed)];
  if (!patternOf(expected).test(actual)) expect(actual).toBe(expected);
}

function normalised(text: string): string {
  const same = varying.reduce((changed, [pattern, replacement]) => changed.replaceAll(pattern, replacement), text.trimEnd());
  const spaces = new RegExp(`${jsonString.source}|\\s+`, "g");
  return same.replace(/^\s*[{"][\s\S]*/m, (json) => json.replaceAll(spaces, (_, string = "") => string));
}

function patternOf(expected: string): RegExp {
  const parts = expected.split(jsonString).map((part, index) => {
    const isString = index % 2 === 1;
    return part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll("…", isString ? '(?:[^"\\\\]|\\\\.)*' : "[\\s\\S]*?");
  });
  return new RegExp(`^${parts.join("")}$`);
}
