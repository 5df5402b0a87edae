import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const parts = ["functions", "infrastructure", "statemachine", "packages", "scripts", "index.ts", "Pulumi.yaml", "Pulumi.dev.yaml"];

export interface ProjectCopy extends Disposable {
  readonly folder: string;
  /** An empty folder for the data of one start. */
  dataFolder(): string;
}

/** A copy of the project in which nothing has been built yet; the packages are shared. */
export function copyProject(project: string): ProjectCopy {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  for (const part of [...parts, "package.json", "package-lock.json"]) cpSync(join(project, part), join(folder, part), { recursive: true });
  symlinkSync(join(project, "node_modules"), join(folder, "node_modules"));
  return {
    folder,
    dataFolder: () => mkdtempSync(join(folder, "data-")),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}
