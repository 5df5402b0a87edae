import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";

interface Workflow {
  readonly permissions: unknown;
  readonly jobs: Readonly<
    Record<
      string,
      { readonly if: string; readonly "timeout-minutes": number; readonly steps: readonly { uses?: string; run?: string; with?: object }[] }
    >
  >;
}

const textOf = (name: string) => readFileSync(new URL(`../../../.github/workflows/${name}.yml`, import.meta.url), "utf8");
const text = textOf("deploy");
const { permissions, jobs }: Workflow = parse(text);

test("the workflow previews pull requests and updates the stack on a push", () => {
  const runs = Object.entries(jobs).map(([name, job]) => [name, job.if.split(" && ")[0], job.steps.findLast(({ run }) => run)?.run]);

  expect(runs).toEqual([
    ["preview", "github.event_name == 'pull_request'", "npm run deploy -- --preview"],
    ["up", "github.event_name == 'push'", "npm run deploy -- --yes"],
  ]);
});

test("an update may take as long as AWS needs to delete the network interfaces of functions, 45 minutes, and the rest as long as before", () => {
  expect(jobs["up"]?.["timeout-minutes"]).toBeGreaterThanOrEqual(45 + 30);
});

test("it stores no key, and requests only a token", () => {
  expect(permissions).toEqual({ contents: "read", "id-token": "write" });
  expect(text).not.toMatch(/secrets\.|aws-access-key-id|aws-secret-access-key/);
});

test.each(["check", "deploy"])("the actions of %s.yml are pinned by commit, each with its release beside it", (name) => {
  const actions = textOf(name)
    .split("\n")
    .filter((line) => line.includes("uses:"));

  expect(actions.length).toBeGreaterThan(1);
  for (const line of actions) expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});
