import type { Activation } from "../activation.ts";
import { compileExit, compileNext } from "../exits.ts";
import type { Fields } from "../fields.ts";
import { evaluateInteger, integerField } from "../integer-field.ts";
import type { Template } from "../query.ts";
import type { Behaviour } from "../state.ts";

/** RFC 3339 with the T and the zone that Step Functions asks for. */
const timestampForm = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;
const isTimestamp = (value: unknown): value is string =>
  typeof value === "string" && timestampForm.test(value) && !Number.isNaN(Date.parse(value));

export function compileWait(fields: Fields): Behaviour {
  const seconds = integerField(fields, "Seconds", 0);
  const timestamp = fields.expression("Timestamp", "a timestamp such as 2026-01-31T12:00:00Z", isTimestamp);
  if ((seconds === undefined) === (timestamp === undefined)) fields.refuse("needs either 'Seconds' or 'Timestamp'");
  const exit = compileExit(fields, compileNext(fields));
  return {
    exits: [exit],
    run: async (activation) => {
      const { clock } = activation.thread.run;
      const milliseconds =
        timestamp === undefined
          ? ((await evaluateInteger(activation, seconds)) ?? 0) * 1000
          : (await timeOf(activation, timestamp)) - clock.now();
      if (milliseconds > 0) await clock.sleep(milliseconds, activation.thread.signal);
      return { exit };
    },
  };
}

async function timeOf(activation: Activation, timestamp: Template): Promise<number> {
  const value = await activation.evaluate(timestamp, {}, (found) => {
    if (!isTimestamp(found)) throw timestamp.unexpected("timestamp", found);
  });
  return Date.parse(String(value));
}
