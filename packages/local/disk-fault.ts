import type { Clock } from "./clock.ts";

const diskErrors: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EFBIG", "EROFS", "EACCES", "EPERM", "EIO", "LEVEL_IO_ERROR"]);

/** Whether an error is the disk's: full, read-only or broken. */
export function isDiskFault(error: unknown): boolean {
  return diskErrors.has((error as NodeJS.ErrnoException | undefined)?.code ?? "");
}

const pauseMilliseconds = 60_000;

/** Says that the disk takes no more: once a minute, since every write fails then. */
export function diskFaultNotice(clock: Clock, say: (sentence: string) => void): (error: unknown) => void {
  let saidAt = Number.NEGATIVE_INFINITY;
  return (error) => {
    if (clock.now() - saidAt < pauseMilliseconds) return;
    saidAt = clock.now();
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === "LEVEL_IO_ERROR" ? message.replace(/^.*: /s, "") : code;
    say(
      `The data folder cannot be written (${reason}): until it can, new jobs and results are refused, and nothing that was kept is lost.`,
    );
  };
}
