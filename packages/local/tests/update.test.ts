import { describe, expect, onTestFinished, test } from "vitest";
import type { DeclaredResource, Service } from "../service.ts";
import { RunningStack } from "../stack.ts";
import { ManualClock } from "../testing/manual-clock.ts";

/** A stack of boxes that write down what happens to them; one with the text `refused` does not start. */
async function stackOfBoxes() {
  const log: string[] = [];
  const boxes = new Map<string, unknown>();
  const service: Service = {
    name: "letters",
    resourceTypes: {
      "aws:letters/box:Box": {
        simulated: ["text"],
        computed: ({ name }) => ({ id: name }),
        start: async ({ id, inputs: { text } }) => {
          if (text === "refused") throw new Error(`The box ${id} is refused.`);
          const box = { text };
          boxes.set(id, box);
          log.push(`start ${id} ${text}`);
          const remove = () => {
            log.push(`remove ${id} ${text}`);
            if (boxes.get(id) === box) boxes.delete(id);
          };
          return { stop: async () => void log.push(`stop ${id} ${text}`), remove };
        },
      },
    },
    open: async () => ({
      instance: undefined,
      ready: () => {
        if (boxes.size > 3) throw new Error("There are more than three boxes.");
        log.push("ready");
      },
    }),
  };
  const options = { clock: new ManualClock(), onFault: (error: unknown) => expect.unreachable(String(error)) };
  const location = { region: "us-east-1", accountId: "000000000000", apiUrl: "http://127.0.0.1" };
  const stack = new RunningStack(options, location, { deploy: () => undefined });
  const stop = () => stack[Symbol.asyncDispose]();
  onTestFinished(stop);
  await stack.open([service]);
  for (const resource of boxesOf({ a: "1", b: "1" })) await stack.start(resource, service);
  const update = async (texts: Readonly<Record<string, string>>) => {
    log.length = 0;
    const changed = await stack.update(boxesOf(texts), () => service);
    return changed.map(({ id }) => id);
  };
  const texts = () => Object.fromEntries([...boxes].map(([id, box]) => [id, Object(box).text]).sort());
  return { update, log, texts, stop };
}

const boxesOf = (texts: Readonly<Record<string, string>>): readonly DeclaredResource[] =>
  Object.entries(texts).map(([id, text]) => ({ type: "aws:letters/box:Box", name: id, id, inputs: { text }, outputs: {} }));

describe("an update of a stack", () => {
  test("starts what is new or has changed, then removes what it replaces and what is gone", async () => {
    const { update, log, texts } = await stackOfBoxes();

    const changed = await update({ a: "2", c: "1" });

    expect(changed).toEqual(["a", "c", "b"]);
    expect(log).toEqual(["start a 2", "start c 1", "remove b 1", "remove a 1", "ready"]);
    expect(texts()).toEqual({ a: "2", c: "1" });
  });

  test("to the same does nothing", async () => {
    const { update, log } = await stackOfBoxes();

    expect(await update({ a: "1", b: "1" })).toEqual([]);
    expect(log).toEqual(["ready"]);
  });

  test.each([
    ["a resource does not start", { a: "2", c: "1", d: "refused" }, "The box d is refused."],
    ["the whole is refused", { a: "2", c: "1", d: "1", e: "1" }, "There are more than three boxes."],
  ])("leaves everything as it was where %s, and the next one is taken over", async (_, texts, sentence) => {
    const stack = await stackOfBoxes();

    await expect(stack.update(texts)).rejects.toThrow(sentence);
    const left = stack.texts();
    await stack.update({ a: "3" });

    expect(left).toEqual({ a: "1", b: "1" });
    expect(stack.texts()).toEqual({ a: "3" });
  });

  test("leaves nothing running when the stack stops", async () => {
    const { update, log, stop } = await stackOfBoxes();
    await update({ a: "2" });
    log.length = 0;

    await stop();

    expect(log).toContain("stop a 2");
  });
});
