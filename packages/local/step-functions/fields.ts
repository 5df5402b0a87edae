import { DefinitionError } from "./errors.ts";
import { isJsonObject } from "./payload.ts";
import { compileTemplate, isExpression, type Site, type Template } from "./query.ts";

const namesIn = (list: string): ReadonlySet<string> => new Set(list.split(" "));
const jsonPathFields = namesIn(
  "InputPath OutputPath ResultPath Parameters ResultSelector Result ItemsPath MaxConcurrencyPath SecondsPath TimestampPath " +
    "TimeoutSecondsPath HeartbeatSecondsPath ErrorPath CausePath Variable And Or Not",
);
const distributedMapFields = namesIn("ItemReader ItemBatcher ResultWriter Label");

interface Range {
  readonly min: number;
  readonly max: number;
}

/** One object of a definition, read field by field. A field that has not been read by the end is refused by name. */
export class Fields {
  /** `State 'X'`, `Choices[0] of state 'X'`, `The state machine`. */
  readonly where: string;
  /** Leads to the object within its state: `Choices[0]/`, or nothing. */
  readonly #path: string;
  readonly #unread: Map<string, unknown>;

  constructor(value: unknown, where: string, path = "") {
    this.where = where;
    this.#path = path;
    if (!isJsonObject(value)) this.refuse("is not a JSON object");
    this.#unread = new Map(Object.entries(value));
  }

  /** Leads to the object from its state: `/Choices[0]`. */
  get location(): string {
    return `/${this.#path}`.slice(0, -1);
  }

  /** @throws {@link DefinitionError}, always, at a member or at the object itself. */
  refuse(what: string, member = ""): never {
    throw new DefinitionError(`${this.where} ${what}.`, this.location + member);
  }

  /** Refuses an object without these members. */
  require(...names: readonly string[]): void {
    const missing = names.filter((name) => !this.#unread.has(name));
    if (missing.length > 0) this.refuse(`has no ${missing.map((name) => `'${name}'`).join(" and no ")}`);
  }

  take(name: string): unknown {
    const value = this.#unread.get(name);
    this.#unread.delete(name);
    return value;
  }

  text(name: string): string | undefined {
    const value = this.take(name);
    if (value !== undefined && typeof value !== "string") this.refuse(`has a '${name}' that is not a string`);
    return value;
  }

  requiredText(name: string): string {
    return this.text(name) ?? this.refuse(`has no '${name}'`);
  }

  number(name: string, { min, max }: Range): number | undefined {
    const value = this.take(name);
    if (value === undefined || (typeof value === "number" && value >= min && value <= max)) return value;
    return this.refuse(`has a '${name}' that is not a number from ${min} to ${max}`);
  }

  integer(name: string, range: Range): number | undefined {
    const value = this.number(name, range);
    return Number.isInteger(value ?? 0) ? value : this.refuse(`has a '${name}' that is not an integer`);
  }

  list(name: string): readonly unknown[] | undefined {
    const value = this.take(name);
    if (value !== undefined && !Array.isArray(value)) this.refuse(`has a '${name}' that is not an array`);
    return value;
  }

  /** The objects of an array, each as the fields of its own place. */
  objects(name: string): readonly Fields[] {
    const prefix = this.where.replace(/^State/, "state");
    return (this.list(name) ?? []).map(
      (item, index) => new Fields(item, `${name}[${index}] of ${prefix}`, `${this.#path}${name}[${index}]/`),
    );
  }

  object(name: string): Readonly<Record<string, unknown>> | undefined {
    const value = this.take(name);
    if (value !== undefined && !isJsonObject(value)) this.refuse(`has a '${name}' that is not a JSON object`);
    return value;
  }

  template(name: string, members: Site["members"] = []): Template | undefined {
    const value = this.take(name);
    return value === undefined ? undefined : this.compile(name, value, members);
  }

  /** The template of a field that has been read. */
  compile(name: string, value: unknown, members: Site["members"] = []): Template {
    return compileTemplate(value, { where: this.where, field: this.#path + name, members });
  }

  /** A template that must be an expression, or a literal value that `isLiteral` accepts. */
  expression(name: string, expected: string, isLiteral: (value: unknown) => boolean): Template | undefined {
    const value = this.take(name);
    if (value === undefined) return undefined;
    if (!isExpression(value) && !isLiteral(value)) this.refuse(`has a '${name}' that is neither ${expected} nor a JSONata expression`);
    return this.compile(name, value);
  }

  /** Refuses every field that was not read. */
  end(): void {
    for (const name of this.#unread.keys()) this.refuse(refusal(name));
  }
}

function refusal(name: string): string {
  if (jsonPathFields.has(name)) return `has the field '${name}' of JSONPath, and only JSONata is supported here`;
  if (distributedMapFields.has(name)) return `has the field '${name}' of a Distributed Map, which Express does not have`;
  return `has the field '${name}', which is not known there`;
}
