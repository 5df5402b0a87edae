/** The levels of application logs, the most detailed one first. */
const levels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];

const rank = (level: unknown): number => levels.indexOf(String(level).toUpperCase());

/** The beginning of a time as RFC 3339 writes it. */
const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

/**
 * Lambda's own filter of a function's log: drops the lines below a level. A JSON line is of its `level`; without that,
 * or without a valid `timestamp`, it is INFO. Other text passes: Lambda's runtime turns it into JSON, which is not simulated.
 *
 * @param level the function's `applicationLogLevel`.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
 */
export const filterLog =
  (level: string, write: (line: string) => void): ((line: string) => void) =>
  (line) => {
    if (!line.startsWith("{") || rankOf(line) >= rank(level)) write(line);
  };

function rankOf(line: string): number {
  try {
    const { level, timestamp: time } = JSON.parse(line);
    return timestamp.test(time) && rank(level) >= 0 ? rank(level) : rank("INFO");
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
