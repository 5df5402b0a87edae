import type { Clock } from "./clock.ts";

const diskErrors: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EFBIG", "EROFS", "EACCES", "EPERM", "EIO", "LEVEL_IO_ERROR"]);

/** Recognises an error of the disk: full, read-only or broken. */
export function isDiskFault(error: unknown): boolean {
  return diskErrors.has((error as NodeJS.ErrnoException | undefined)?.code ?? "");
}

const pauseMilliseconds = 60_000;

/** Reports that the data folder cannot be written: once a minute, since every write fails then. */
export function diskFaultNotice(clock: Clock, say: (sentence: string) => void): (error: unknown) => void {
  let saidAt = Number.NEGATIVE_INFINITY;
  return (error) => {
    if (clock.now() - saidAt < pauseMilliseconds) return;
    saidAt = clock.now();
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === "LEVEL_IO_ERROR" ? message.replace(/^.*: /s, "") : code;
    say(`The data folder cannot be written (${reason}): until it can, writes are refused, and no stored data is lost.`);
  };
}
