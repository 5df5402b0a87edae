import { expect, test } from "vitest";
import { Bench, evaluate, executionArn, machineArn, objectionsTo, only, roleArn, task } from "./state-machine.ts";

const pass = (more: object) => ({ Type: "Pass", ...more });

test("a state without Output passes its input on", async () => {
  const bench = new Bench(only(pass({ End: true })));

  const outcome = await bench.execute({ a: [1, { b: null }] });

  expect(outcome).toEqual({ status: "SUCCEEDED", output: { a: [1, { b: null }] } });
});

test("expressions stand at any depth of Output, beside literals", async () => {
  const Output = {
    name: "{% $states.input.name %}",
    list: ["{% 1 + 1 %}", { deep: "{% $states.input.tags[0] %}" }],
    literal: "$states.input",
    n: 1,
    none: null,
  };
  const bench = new Bench(only(pass({ Output, End: true })));

  const outcome = await bench.execute({ name: "Ada", tags: ["x", "y"] });

  expect(outcome).toEqual({
    status: "SUCCEEDED",
    output: { name: "Ada", list: [2, { deep: "x" }], literal: "$states.input", n: 1, none: null },
  });
});

test.each([
  ["1.5", 1.5],
  ["'text'", "text"],
  ["true", true],
  ["[]", []],
  ["{ 'a': [1] }", { a: [1] }],
])("Output may be any JSON value: %s", async (expression, value) => {
  const output = await evaluate(expression);

  expect(output).toEqual(value);
});

test.each([["text"], [["{% 1 + 1 %}", 3]], [1], [null], [true]])(
  "Output may be a literal of any type, whatever asl-validator says: %j",
  async (Output) => {
    const definition = only(pass({ Output, End: true }));
    const bench = new Bench(definition, { rejectedByValidator: true });

    const outcome = await bench.execute();

    expect(outcome).toEqual({ status: "SUCCEEDED", output: Array.isArray(Output) ? [2, 3] : Output });
    expect(objectionsTo([JSON.stringify(definition)])[0]).toContain("/States/X/Output is invalid");
  },
);

test("null is a value, not a missing one", async () => {
  const bench = new Bench(
    only(
      pass({
        Output: { v: "{% $states.input.bar %}", kept: ["{% $states.input.bar %}"], seen: "{% $exists($states.input.bar) %}" },
        End: true,
      }),
    ),
  );

  const outcome = await bench.execute({ bar: null });

  expect(outcome).toEqual({ status: "SUCCEEDED", output: { v: null, kept: [null], seen: true } });
});

test.each([
  ["$states.input.missing", "returned nothing (undefined)."],
  ["$states.input.a.b.c", "returned nothing (undefined)."],
  ["$unknown", "returned nothing (undefined)."],
  ["$states.input.constructor", "returned nothing (undefined)."],
  ["function($x) { $x }", "returned an unsupported result type."],
  ["[1, $sum]", "returned an unsupported result type."],
  ["/ab/", "returned an unsupported result type."],
  ["1 + 'a'", 'threw an error during evaluation. T2002: The right side of the "+" operator must evaluate to a number'],
  ["$nothing()", "threw an error during evaluation. T1006: Attempted to invoke a non-function"],
])("%s fails the state with States.QueryEvaluationError", async (expression, what) => {
  const output = await evaluate(expression);

  expect(output).toBe(
    `States.QueryEvaluationError: An error occurred while executing the state 'X' (entered at the event id #2). The JSONata expression '${expression}' specified for the field 'Output' ${what}`,
  );
});

test("a failed evaluation names the field by its path", async () => {
  const bench = new Bench(only(pass({ Output: { a: { b: [0, "{% $states.input.c %}"] } }, End: true })));

  await bench.execute();

  expect(bench.details("EvaluationFailed")).toEqual([
    {
      cause:
        "An error occurred while executing the state 'X' (entered at the event id #2). The JSONata expression '$states.input.c' specified for the field 'Output/a/b[1]' returned nothing (undefined).",
      error: "States.QueryEvaluationError",
      location: "Output/a/b[1]",
      state: "X",
    },
  ]);
});

test("a variable is seen by the states after the one that assigned it", async () => {
  const bench = new Bench({
    StartAt: "A",
    States: {
      A: pass({ Assign: { x: "{% $states.input.n %}", y: { deep: [1, "{% 2 %}"] } }, Output: { gone: true }, Next: "B" }),
      B: pass({ Output: { x: "{% $x %}", y: "{% $y.deep[1] %}", input: "{% $states.input %}" }, End: true }),
    },
  });

  const outcome = await bench.execute({ n: 7 });

  expect(outcome).toEqual({ status: "SUCCEEDED", output: { x: 7, y: 2, input: { gone: true } } });
});

test("Assign and Output both see the variables as they were", async () => {
  const bench = new Bench({
    StartAt: "A",
    States: {
      A: pass({ Assign: { x: 1, y: 2 }, Next: "B" }),
      B: pass({ Assign: { x: "{% $y %}", y: "{% $x %}" }, Output: "{% [$x, $y] %}", Next: "C" }),
      C: pass({ Output: "{% [[$states.input], $x, $y] %}", End: true }),
    },
  });

  const outcome = await bench.execute();

  expect(outcome).toEqual({ status: "SUCCEEDED", output: [[1, 2], 2, 1] });
});

test("an assignment leaves the other variables as they are", async () => {
  const bench = new Bench({
    StartAt: "A",
    States: {
      A: pass({ Assign: { x: 1 }, Next: "B" }),
      B: pass({ Assign: { y: 2 }, Next: "C" }),
      C: pass({ Output: "{% [$x, $y] %}", End: true }),
    },
  });

  const outcome = await bench.execute();

  expect(outcome).toEqual({ status: "SUCCEEDED", output: [1, 2] });
});

test("a variable that is assigned again holds the new value only", async () => {
  const bench = new Bench({
    StartAt: "A",
    States: {
      A: pass({ Assign: { x: { a: 1 } }, Next: "B" }),
      B: pass({ Assign: { x: { b: "{% $x.a + 1 %}" } }, Next: "C" }),
      C: pass({ Output: "{% $x %}", End: true }),
    },
  });

  const outcome = await bench.execute();

  expect(outcome).toEqual({ status: "SUCCEEDED", output: { b: 2 } });
});

test("Arguments make the task's input, and $states.result its result", async () => {
  const bench = new Bench(
    only(
      task("f", {
        Arguments: { FunctionName: "f", Payload: { id: "{% $states.input.id %}" } },
        Output: { got: "{% $states.result.Payload %}", from: "{% $states.input.id %}" },
        End: true,
      }),
    ),
    {
      runTask: async () => ({ Payload: "done" }),
    },
  );

  const outcome = await bench.execute({ id: 5 });

  expect(bench.requests.map((request) => request.arguments)).toEqual([{ FunctionName: "f", Payload: { id: 5 } }]);
  expect(outcome).toEqual({ status: "SUCCEEDED", output: { got: "done", from: 5 } });
});

test("without Arguments a task gets the state's input, and without Output the result goes on", async () => {
  const bench = new Bench(only({ ...task("f"), Arguments: undefined }), { runTask: async (request) => ({ echo: request.arguments }) });

  const outcome = await bench.execute({ id: 5 });

  expect(outcome).toEqual({ status: "SUCCEEDED", output: { echo: { id: 5 } } });
});

test("the context object describes the execution, the state and the state machine", async () => {
  const bench = new Bench({
    StartAt: "Wait",
    States: {
      Wait: { Type: "Wait", Timestamp: "2026-01-31T12:00:02.001Z", Next: "X" },
      X: pass({ Output: "{% $states.context %}", End: true }),
    },
  });

  const outcome = await bench.executeFor(2_001, { in: 1 });

  expect(outcome).toEqual({
    status: "SUCCEEDED",
    output: {
      Execution: {
        Id: executionArn,
        Input: { in: 1 },
        Name: "job-1",
        RoleArn: roleArn,
        StartTime: "2026-01-31T12:00:00Z",
        RedriveCount: 0,
      },
      State: { EnteredTime: "2026-01-31T12:00:02.001Z", Name: "X" },
      StateMachine: { Id: machineArn, Name: "process-job" },
    },
  });
});

test("what a task does to its arguments, and a caller to the output, is not seen by others", async () => {
  const definition = only(
    task("f", { Arguments: "{% $states.input %}", Output: { constant: ["a"], input: "{% $states.input %}" }, End: true }),
  );
  const bench = new Bench(definition, {
    runTask: async (request) => {
      (request.arguments as { list: string[] }).list.push("changed");
      return {};
    },
  });
  const input = { list: ["b"] };

  const first = await bench.execute(input);
  if (first.status === "SUCCEEDED") (first.output as { constant: string[] }).constant.push("changed");
  const second = await bench.execute(input);

  expect(input).toEqual({ list: ["b"] });
  expect(second).toEqual({ status: "SUCCEEDED", output: { constant: ["a"], input: { list: ["b"] } } });
});

test("results are plain JSON, without the properties that JSONata adds to its arrays", async () => {
  const output = await evaluate("$states.input.items.name", { items: [{ name: "a" }, { name: "b" }] });

  expect(Object.getOwnPropertyNames(output)).toEqual(["0", "1", "length"]);
});

test("members named like properties of Object.prototype are plain members", async () => {
  const input = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": "c"}');
  const bench = new Bench(only(pass({ Output: JSON.parse('{"__proto__": "{% $states.input.constructor %}"}'), End: true })));

  const outcome = await bench.execute(input);

  expect(outcome.status === "SUCCEEDED" && JSON.stringify(outcome.output)).toBe('{"__proto__":"c"}');
});
