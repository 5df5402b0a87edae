import { describe, expect, test } from "vitest";
import { backOffSeconds, longestPathSeconds, type Retrier, type TimedState } from "../../statemachine/longest-path.ts";

const end: TimedState = { Type: "Succeed" };
const task = (more: Partial<TimedState> = {}): TimedState => ({ Type: "Task", TimeoutSeconds: 10, Next: "End", ...more });
const pathOf = (task: TimedState, more: Record<string, TimedState> = {}) =>
  longestPathSeconds({ StartAt: "Task", States: { Task: task, End: end, ...more } });

/** AWS's recommendation for every call of a Lambda function (docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html). */
const stock: Retrier = {
  ErrorEquals: [
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
  ],
  IntervalSeconds: 2,
  MaxAttempts: 6,
  BackoffRate: 2,
};

describe("how long an execution can take", () => {
  test.each([
    { what: "one attempt", of: task(), seconds: 10 },
    { what: "two attempts and the second between", of: task({ Retry: [{ ErrorEquals: ["A"], MaxAttempts: 1 }] }), seconds: 21 },
    { what: "the defaults: three more, 1 s, 2 s and 4 s apart", of: task({ Retry: [{ ErrorEquals: ["A"] }] }), seconds: 47 },
    {
      what: "two retriers, both used up",
      of: task({
        Retry: [
          { ErrorEquals: ["A"], MaxAttempts: 1 },
          { ErrorEquals: ["B"], MaxAttempts: 1 },
        ],
      }),
      seconds: 32,
    },
    { what: "a retrier that never tries", of: task({ Retry: [{ ErrorEquals: ["A"], MaxAttempts: 0 }] }), seconds: 10 },
    {
      what: "delays of 1, 2, 2 and 2 s of a throttle, which takes no time itself",
      of: task({ Retry: [{ ErrorEquals: ["Lambda.TooManyRequestsException"], MaxAttempts: 4, MaxDelaySeconds: 2 }] }),
      seconds: 17,
    },
    {
      what: "a throttle among errors that do take time",
      of: task({ Retry: [{ ErrorEquals: ["Lambda.TooManyRequestsException", "A"], MaxAttempts: 1 }] }),
      seconds: 21,
    },
    { what: "no timeout", of: { Type: "Task", Next: "End" }, seconds: Number.POSITIVE_INFINITY },
  ])("$what: $seconds s", ({ of, seconds }) => {
    expect(pathOf(of)).toBe(seconds);
  });

  test("the longer of Next and Catch counts", () => {
    const catching = task({ Catch: [{ ErrorEquals: ["States.ALL"], Next: "Tail" }] });

    const lengths = [
      pathOf(catching, { Tail: task({ TimeoutSeconds: 7 }) }),
      pathOf({ ...catching, Next: "Tail" }, { Tail: task({ TimeoutSeconds: 7 }) }),
    ];

    expect(lengths).toEqual([17, 17]);
  });

  const mapOf = (more: Partial<TimedState>): TimedState => ({
    ...{ Type: "Map", Items: "{% [$states.input[[0..7]]] %}", MaxConcurrency: 8, Next: "End" },
    ItemProcessor: { StartAt: "Part", States: { Part: task({ Retry: [{ ErrorEquals: ["A"], MaxAttempts: 1 }] }), End: end } },
    ...more,
  });

  test.each([
    { what: "all items at once", of: mapOf({}), seconds: 21 },
    { what: "items one after the other", of: mapOf({ MaxConcurrency: 1 }), seconds: 8 * 21 },
    { what: "three rounds of three items at most", of: mapOf({ MaxConcurrency: 3 }), seconds: 3 * 21 },
    { what: "no limit but that of an inline Map, 40", of: mapOf({ MaxConcurrency: 0, Items: "{% x[[0..80]] %}" }), seconds: 3 * 21 },
    { what: "more than an inline Map does at once", of: mapOf({ MaxConcurrency: 100, Items: "{% x[[0..40]] %}" }), seconds: 2 * 21 },
    { what: "nobody knows how many items", of: mapOf({ Items: "{% $states.input %}" }), seconds: Number.POSITIVE_INFINITY },
  ])("a Map of $what: $seconds s", ({ of, seconds }) => {
    expect(pathOf(of)).toBe(seconds);
  });

  test("of a Choice the longest way out counts", () => {
    const choice = (next: string, byDefault: string): TimedState => ({ Type: "Choice", Choices: [{ Next: next }], Default: byDefault });
    const Other = task({ TimeoutSeconds: 7 });

    expect([pathOf(choice("Other", "End"), { Other }), pathOf(choice("End", "Other"), { Other })]).toEqual([7, 7]);
  });

  test("a circle and a state of unknown length are refused by name", () => {
    expect(() => pathOf(task({ Next: "Task" }))).toThrow("The path through Task, Task does not end.");
    expect(() => pathOf({ Type: "Wait", Next: "End" })).toThrow("The duration of the Wait state Task is not known.");
  });

  // 2 + 4 + 8 + 16 + 32 + 64 = 126 s of waiting in each of three stages: 378 s, before any attempt has taken a second.
  test("AWS's stock retry block does not fit an Express execution of three stages", () => {
    const stage = (Next: string): TimedState => ({ Type: "Task", TimeoutSeconds: 1, Retry: [stock], Next });
    const States = { OCR: stage("MLInference"), MLInference: stage("Search"), Search: stage("End"), End: end };

    expect(3 * backOffSeconds(stock)).toBe(378);
    expect(longestPathSeconds({ StartAt: "OCR", States })).toBe(3 * (7 * 1) + 378);
  });
});
