/** 24 ms, 1.2 s, 4 min 10 s. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.max(0, Math.round(milliseconds))} ms`;
  if (milliseconds < 99_950) return `${(milliseconds / 1_000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** The time since then in its largest unit, as a list shows it. */
export function age(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1_000);
  if (seconds < 5) return "now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ago`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3_600)} h ago` : `${Math.floor(seconds / 86_400)} d ago`;
}

const dayTime = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });

/** The time of day with milliseconds. */
export const clockTime = (at: number): string => dayTime.format(at);

/** 1 write, 2 writes */
export const counted = (value: number, one: string): string => `${count(value)} ${one}${value === 1 ? "" : "s"}`;

/** 1,204 */
export const count = (value: number): string => value.toLocaleString("en-US");

/** Dollars with two digits that say something: $0.00038, $380. */
export function dollars(value: number): string {
  if (value === 0) return "$0";
  if (value >= 100) return `$${Math.round(value).toLocaleString("en-US")}`;
  return `$${value >= 1 ? value.toFixed(2) : value.toPrecision(2)}`;
}

/** Names of resources without what all of the stack's begin with. */
export const withoutPrefix = (text: string, stack: string | undefined): string => text.replaceAll(new RegExp(`[\\w-]*-${stack}-`, "g"), "");

/** A function's log line short: its level, its words, and its details but for those that the page shows anyway; any other line as it is. */
export function shortLine(message: string): string {
  const { level = "INFO", ...fields } = objectIn(message) ?? {};
  return fields["message"] === undefined ? message : [level, ...toldOf(fields, knownDetails)].join("  ");
}

/** The words of a line, and its details but for those that are known. */
export function toldOf({ message, ...details }: Readonly<Record<string, unknown>>, known: readonly string[]): readonly string[] {
  const told = Object.entries(details).filter(([name]) => !known.includes(name));
  return [String(message), ...told.map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)];
}

/** Details that every line has. */
export const commonDetails = ["level", "timestamp", "service", "sampling_rate"];
const knownDetails = [...commonDetails, "jobId", "stage", "function_name", "function_request_id", "xray_trace_id"];

/** The message of a function's error, which a cause has as JSON; any other cause as it is. */
export function causeText(cause: string): string {
  const message = String(objectIn(cause)?.["errorMessage"] ?? cause);
  return message.replace(/^RequestId: \S+ /, "").replace(/^Error: /, "");
}

/** The class of a job's status: its colour and its form. */
export const statusClass = { PENDING: "waiting", IN_PROGRESS: "running", DONE: "done", ERROR: "error" } as const;

export const isOpen = (status: unknown): boolean => status === "PENDING" || status === "IN_PROGRESS";

/** The object that a text is in JSON, if it is one. */
export function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** JSON laid out; any other text as it is. */
export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
