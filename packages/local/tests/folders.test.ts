import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const packageFolder = join(import.meta.dirname, "..");

/** The folders that each folder of the package imports from, a file at the root counting as one. */
function importsByFolder(): Map<string, Set<string>> {
  const imports = new Map<string, Set<string>>();
  for (const file of globSync("{*.ts,!(tests|example|node_modules)/**/*.ts}", { cwd: packageFolder })) {
    const [folder = ""] = file.split("/");
    for (const [, path = ""] of readFileSync(join(packageFolder, file), "utf8").matchAll(/(?:from|import\() ?"(\.[^"]+)"/g)) {
      const [other = ""] = join(dirname(file), path).split("/");
      if (other !== folder) imports.set(folder, (imports.get(folder) ?? new Set()).add(other));
    }
  }
  return imports;
}

/** Takes away what imports nothing that is left, until nothing changes: what stays is in a cycle, or needs one. */
function inCycles(imports: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  let left = [...imports.keys()];
  for (let before = -1; before !== left.length; ) {
    before = left.length;
    left = left.filter((folder) => left.some((other) => imports.get(folder)?.has(other)));
  }
  return left;
}

test("no folder imports from one that needs it", () => {
  const imports = importsByFolder();

  expect(imports.get("lambda")).toContain("iam");
  expect(inCycles(imports)).toEqual([]);
});
