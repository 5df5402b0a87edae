import type { Clock } from "@async-text-processing/local";
import { Refusal } from "./refusal.ts";

/** What the commands need of the world. */
export interface Surroundings {
  /** The project's folder: Pulumi.yaml, `.env`. */
  readonly folder: string;
  /** The process's own environment, into which `.env` is read: what finds AWS credentials looks nowhere else. */
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  /** Whether a person can be asked. */
  readonly isTerminal: boolean;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  /** Shows a question and reads a line. */
  ask(question: string): Promise<string>;
  /** Standard output, a line. */
  print(line: string): void;
  /** Standard error, a line. */
  report(line: string): void;
}

/** @returns the exit code. */
export type Command = (args: readonly string[], surroundings: Surroundings) => Promise<number>;

/** A command that says its refusals as sentences: exit code 1. */
export const sayingRefusals =
  (command: Command): Command =>
  async (args, surroundings) => {
    try {
      return await command(args, surroundings);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      surroundings.report(error.message);
      return 1;
    }
  };
