import { constants, existsSync, mkdirSync, symlinkSync } from "node:fs";
import { cp, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../clock.ts";
import type { DeclaredResource, Properties } from "../service.ts";
import type { Manifest } from "./evaluate-program.ts";

interface Version {
  readonly number: number;
  /** The function's, with the copy of its code. */
  readonly inputs: Properties;
}

/** An execution calls the versions that it began with for five minutes at most, and a call takes fifteen at most. */
const keptMilliseconds = 20 * 60_000;

/**
 * Keeps of functions that change while they run what Lambda keeps of them: a copy of each version's code, which the build of the next
 * one leaves alone, and the version's number.
 */
export class PublishedFunctions {
  readonly #folder: string;
  readonly #clock: Clock;
  /** By the function's id. */
  #versions: ReadonlyMap<string, Version> = new Map();
  /** By name of a copy: when it was replaced. */
  readonly #replacedAt = new Map<string, number>();

  /**
   * @param folder of the copies.
   * @param project the packages that it finds are found from the copies, too.
   */
  constructor(folder: string, project: string, clock: Clock) {
    this.#folder = resolve(folder); // functions run in folders of their own
    this.#clock = clock;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const [packages, link] = [packagesOf(project), join(folder, "node_modules")];
    if (packages !== undefined && !existsSync(link)) symlinkSync(packages, link, "junction");
  }

  /**
   * Copies the code of functions that have changed, and numbers the versions of those that publish them.
   *
   * @returns the manifest with both, and what to call once it has been taken over.
   */
  async publish(manifest: Manifest): Promise<{ readonly manifest: Manifest; taken(): Promise<void> }> {
    const versions = new Map<string, Version>();
    const resources: DeclaredResource[] = [];
    for (const resource of manifest.resources) resources.push(isFunction(resource) ? await this.#publish(resource, versions) : resource);
    return { manifest: { ...manifest, ...renumbered(resources, manifest.outputs, versions) }, taken: () => this.#take(versions) };
  }

  async #publish(resource: DeclaredResource, versions: Map<string, Version>): Promise<DeclaredResource> {
    const { archive, sha256 } = resource.inputs["code"] as { archive: string; sha256: string };
    const inputs = { ...resource.inputs, code: { archive: await this.#copy(archive, sha256) } };
    const before = this.#versions.get(resource.id) ?? { inputs, number: 1 };
    versions.set(resource.id, { inputs, number: before.number + (isDeepStrictEqual(before.inputs, inputs) ? 0 : 1) });
    return { ...resource, inputs };
  }

  async #copy(archive: string, sha256: string): Promise<string> {
    const copy = join(this.#folder, sha256);
    if (existsSync(copy)) return copy;
    await cp(archive, `${copy}.new`, { recursive: true, mode: constants.COPYFILE_FICLONE });
    await rename(`${copy}.new`, copy);
    return copy;
  }

  /** Copies that have been replaced go once nothing can call them. */
  async #take(versions: ReadonlyMap<string, Version>): Promise<void> {
    const [before, current] = [copiesIn(this.#versions), copiesIn(versions)];
    this.#versions = versions;
    const now = this.#clock.now();
    for (const name of before) this.#replacedAt.set(name, now);
    for (const name of current) this.#replacedAt.delete(name);
    for (const name of await readdir(this.#folder)) {
      const isOld = (this.#replacedAt.get(name) ?? 0) + keptMilliseconds <= now;
      if (copyName.test(name) && !current.has(name) && isOld) await rm(join(this.#folder, name), { recursive: true, force: true });
    }
  }
}

const copyName = /^[0-9a-f]{64}(\.new)?$/;

const isFunction = ({ type }: DeclaredResource): boolean => type === "aws:lambda/function:Function";

const copiesIn = (versions: ReadonlyMap<string, Version>): ReadonlySet<string> =>
  new Set(Array.from(versions.values(), ({ inputs }) => basename((inputs["code"] as { archive: string }).archive)));

/** Evaluated by itself, a program knows first versions only: where it names one, it means the current one. */
function renumbered(
  resources: readonly DeclaredResource[],
  outputs: Properties,
  versions: ReadonlyMap<string, Version>,
): Pick<Manifest, "resources" | "outputs"> {
  const numbered = resources.map((resource) => {
    const number = versions.get(resource.id)?.number;
    const isPublished = isFunction(resource) && resource.inputs["publish"] === true;
    return isPublished ? { ...resource, outputs: { ...resource.outputs, version: String(number) } } : resource;
  });
  let text = JSON.stringify({ resources: numbered, outputs });
  for (const { outputs: of } of numbered.filter(({ outputs: of }) => Number(of["version"]) > 1))
    text = text.replaceAll(new RegExp(`${of["arn"]}:1\\b`, "g"), `${of["arn"]}:${of["version"]}`);
  return JSON.parse(text);
}

/** The nearest folder of packages, from a folder upwards. */
function packagesOf(folder: string): string | undefined {
  const packages = join(folder, "node_modules");
  if (existsSync(packages)) return packages;
  return dirname(folder) === folder ? undefined : packagesOf(dirname(folder));
}
