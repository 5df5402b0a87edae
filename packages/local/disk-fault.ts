import type { Clock } from "./clock.ts";

const diskErrors: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EFBIG", "EROFS", "EACCES", "EPERM", "EIO", "LEVEL_IO_ERROR"]);
const descriptorErrors: ReadonlySet<string> = new Set(["EMFILE", "ENFILE"]);

/** Recognises an error of the disk, which is full, read-only or broken, and one of the system, which gives no more file descriptors. */
export function isDiskFault(error: unknown): boolean {
  const code = codeOf(error);
  return diskErrors.has(code) || descriptorErrors.has(code);
}

/** Stored data that cannot be read. The message is a sentence that names the file. */
export class DamagedDataError extends Error {
  override readonly name = "DamagedDataError";
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException | undefined)?.code ?? "";

const pauseMilliseconds = 60_000;

/** Reports that the data folder cannot be written, or that there are no more file descriptors: once a minute each, since everything fails then. */
export function diskFaultNotice(clock: Clock, say: (sentence: string) => void): (error: unknown) => void {
  const saidAt = new Map<boolean, number>();
  return (error) => {
    const hasNoDescriptor = descriptorErrors.has(codeOf(error));
    if (clock.now() - (saidAt.get(hasNoDescriptor) ?? Number.NEGATIVE_INFINITY) < pauseMilliseconds) return;
    saidAt.set(hasNoDescriptor, clock.now());
    say(hasNoDescriptor ? noDescriptor(codeOf(error)) : notWritten(error as NodeJS.ErrnoException));
  };
}

const noDescriptor = (code: string): string =>
  `There are no more file descriptors (${code}): connections and calls wait or fail until some are free; ulimit -n raises their number.`;

function notWritten({ code, message }: NodeJS.ErrnoException): string {
  const reason = code === "LEVEL_IO_ERROR" ? message.replace(/^.*: /s, "") : code;
  return `The data folder cannot be written (${reason}): until it can, writes are refused, and no stored data is lost.`;
}
