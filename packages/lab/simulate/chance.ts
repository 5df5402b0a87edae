/**
 * The decisions of a run. Each follows from the seed and from the name of what is decided, and from nothing else: what is left out of a run
 * changes no decision about the rest.
 */
export class Chance {
  readonly #seed: number;
  readonly #counts = new Map<string, number>();

  constructor(seed: number) {
    this.#seed = mix(seed | 0);
  }

  /** Uniform in [0, 1). */
  number(name: string): number {
    let state = this.#seed;
    for (let at = 0; at < name.length; at++) state = Math.imul(state ^ name.charCodeAt(at), 0x01000193);
    return (mix(state) >>> 0) / 2 ** 32;
  }

  /** Uniform in [from, to). */
  between(from: number, to: number, name: string): number {
    return from + (to - from) * this.number(name);
  }

  /** A whole number below `end`. */
  below(end: number, name: string): number {
    return Math.floor(this.number(name) * end);
  }

  /** One of the given. */
  of<One>(choices: readonly [One, ...One[]], name: string): One {
    return choices[this.below(choices.length, name)] ?? choices[0];
  }

  /** True with this probability. */
  happens(probability: number, name: string): boolean {
    return probability > 0 && this.number(name) < probability;
  }

  /** A name that has not been used: of the second thing of the same name, `#2`. */
  nth(name: string): string {
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    return count === 1 ? name : `${name}#${count}`;
  }

  /** Bytes in hexadecimal. */
  hex(bytes: number, name: string): string {
    let text = "";
    for (let at = 0; at * 4 < bytes; at++) text += (this.number(`${name}/${at}`) * 2 ** 32).toString(16).padStart(8, "0");
    return text.slice(0, 2 * bytes);
  }
}

/** The finaliser of MurmurHash3. */
function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
