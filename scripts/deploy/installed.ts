// Only what Node itself brings is imported here: this is asked before any package is loaded.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface Lock {
  readonly packages: Readonly<Record<string, Locked>>;
}

interface Locked {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** @returns what to do where `npm ci` has not run since package-lock.json changed; nothing where it has. */
export function missingPackages(folder: string): string | undefined {
  const { packages: locked } = readLock(join(folder, "package-lock.json"));
  const { packages: installed } = readLock(join(folder, "node_modules", ".package-lock.json"));
  const { dependencies, devDependencies } = locked[""] ?? {};
  const stale = Object.keys({ ...dependencies, ...devDependencies }).filter((name) => {
    const place = `node_modules/${name}`;
    return locked[place]?.version !== installed[place]?.version;
  });
  if (stale.length === 0) return undefined;
  return `The packages of package-lock.json are not installed (${stale.slice(0, 3).join(", ")}${stale.length > 3 ? ", …" : ""}): run npm ci.`;
}

/** npm itself keeps the second of these files: what stands in node_modules now. */
function readLock(file: string): Lock {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { packages: {} };
}
