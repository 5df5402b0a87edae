import type { Clock } from "./clock.ts";
import type { Screen } from "./display.ts";

/** The process that the command runs in; tests pass another. */
export interface JobTerminal {
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly env: NodeJS.ProcessEnv;
  /** The project's folder. */
  readonly project: string;
  /** Where relative paths begin. */
  readonly folder: string;
  readonly input: AsyncIterable<Uint8Array>;
  /** Aborts when the user stops the command. */
  readonly interrupted?: AbortSignal;
  /** Standard error, where it is a terminal. */
  readonly screen?: Screen | undefined;
  /** Standard output. */
  print(text: string): void;
  /** Standard error, a line. */
  report(line: string): void;
}

/** Documents and servers are not trusted: characters that control a terminal or turn the direction of text become JSON escapes. */
export function escaped(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, (character) =>
    character === "\n" ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
