import { PolicyError } from "./document.ts";

type Matcher = (value: string) => boolean;

/** `*` is any characters, `?` is one. */
export function matcherOfGlob(pattern: string, flags = ""): Matcher {
  if (!/[*?]/.test(pattern) && flags === "") return (value) => value === pattern;
  const expression = new RegExp(`^${globSource(pattern)}$`, `s${flags}`);
  return (value) => expression.test(value);
}

/** Actions are `service:Name` in any case, or `*`. */
export function matcherOfAction(pattern: string): Matcher {
  if (!/^(\*|[a-z0-9-]+:[a-z0-9*?]+)$/i.test(pattern)) throw new PolicyError(`${pattern} is not an action`);
  return matcherOfGlob(pattern, "i");
}

/**
 * Wildcards stay within their segment of an ARN, except for a `*` at a segment's end, which reaches across colons. The service has none.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export function matcherOfResource(pattern: string): Matcher {
  if (pattern === "*") return () => true;
  const segments = segmentsOf(pattern);
  const whole = segments.length === 6 || pattern.endsWith("*");
  if (segments[0] !== "arn" || !whole || /[*?]/.test(segments[2] ?? "")) throw new PolicyError(`${pattern} is not the ARN of a resource`);
  if (!/[*?]/.test(pattern)) return (value) => value === pattern;
  const source = segments.map((segment, index) => (index === 5 ? globSource(segment) : globSource(segment, "[^:]"))).join(":");
  const expression = new RegExp(`^${source}$`, "s");
  return (value) => expression.test(value);
}

/** Each of an ARN's six segments on its own, with wildcards: what `ArnEquals` and `ArnLike` compare by. */
export function matcherOfArn(pattern: string): Matcher {
  const segments = segmentsOf(pattern);
  if (segments.length !== 6) throw new PolicyError(`${pattern} is not an ARN`);
  const matchers = segments.map((segment) => matcherOfGlob(segment));
  return (value) => {
    const parts = segmentsOf(value);
    return parts.length === 6 && matchers.every((matches, index) => matches(parts[index] ?? ""));
  };
}

/** The first five segments, and what follows them with its own colons. */
function segmentsOf(arn: string): string[] {
  const parts = arn.split(":");
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(":")];
}

function globSource(pattern: string, one = "."): string {
  return pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*+$/, "\0")
    .replaceAll("*", `${one}*`)
    .replaceAll("?", one)
    .replace("\0", ".*");
}
