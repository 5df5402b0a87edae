import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const script = `
  import { createRequire } from "node:module";
  import { loadLazily } from ${JSON.stringify(join(import.meta.dirname, "../../program/lazy-modules.ts"))};
  loadLazily();
  const pulumi = await import("@pulumi/pulumi");
  const loaded = () => Object.keys(createRequire(import.meta.url).cache).filter((path) => /npmcli|typescript|normalize-package-data|automation/.test(path) && !path.includes("lazy:"));
  const before = loaded().length;
  const workspace = typeof pulumi.automation.LocalWorkspace;
  const closure = await pulumi.runtime.serializeFunction(() => 1);
  console.log(JSON.stringify({ before, workspace, closure: closure.text.includes("return 1") || closure.text.includes("=> 1"), after: loaded().length > 0 }));
`;

test("what only an engine needs of Pulumi's SDK is loaded when it is used, and not before", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: join(import.meta.dirname, "../../../.."),
  });

  expect(JSON.parse(stdout)).toEqual({ before: 0, workspace: "function", closure: true, after: true });
});
