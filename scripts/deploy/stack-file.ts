import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";

interface StackYaml {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly encryptionsalt?: string;
}

/** `Pulumi.<stack>.yaml`: the stack's config values, which are the project's, and a salt, which is one machine's. */
export class StackFile {
  readonly name: string;
  readonly #project: string;
  readonly #path: string;
  readonly #text: string | undefined;

  constructor(folder: string, stack: string) {
    this.name = stack;
    this.#project = parse(readFileSync(join(folder, "Pulumi.yaml"), "utf8")).name;
    this.#path = join(folder, `Pulumi.${stack}.yaml`);
    this.#text = this.#read();
  }

  /** Values by full key, such as `aws:region`. */
  get config(): Readonly<Record<string, unknown>> {
    return yamlOf(this.#text).config ?? {};
  }

  /** What the stack sets for a config value that the project describes. */
  projectValue(key: string): unknown {
    return this.config[`${this.#project}:${key}`];
  }

  /** Does `work`, then takes out the salt that the Pulumi CLI may have written. What somebody else changed meanwhile stays. */
  async keptDuring<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } finally {
      this.#restore();
    }
  }

  #restore(): void {
    const now = this.#read();
    if (now === this.#text || now === undefined) return;
    const { encryptionsalt: _, ...values } = yamlOf(now);
    const before = yamlOf(this.#text);
    if (!isDeepStrictEqual(values, before)) return;
    if (this.#text === undefined) rmSync(this.#path);
    else writeFileSync(this.#path, this.#text);
  }

  #read(): string | undefined {
    return existsSync(this.#path) ? readFileSync(this.#path, "utf8") : undefined;
  }
}

function yamlOf(text: string | undefined): StackYaml {
  return (text === undefined ? undefined : parse(text)) ?? {};
}
