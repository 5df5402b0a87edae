import type { Chance } from "./chance.ts";
import type { Timeline } from "./timeline.ts";

/** A time in which something does not work. */
interface Window {
  readonly id: string;
  readonly what: string;
  readonly from: number;
  readonly to: number;
  isCounted: boolean;
}

/** Of these there are only some dozens of occasions in a run, of all others thousands. */
const isSeldomPossible = (kind: string): boolean => /^(execution|sweeper|runtime|slow cold|unprocessed)/.test(kind);

/** Decides which faults happen, at rates that are drawn anew for each run, and counts them. */
export class Faults {
  /** By kind and call. */
  readonly counts: Record<string, number> = {};
  /** Those that happened and may be left out. */
  readonly ids: string[] = [];
  /** Set when all is to be quiet. */
  areOver = false;
  readonly #chance: Chance;
  readonly #timeline: Timeline;
  readonly #without: ReadonlySet<string>;
  readonly #milliseconds: number;
  readonly #rates = new Map<string, number>();
  readonly #windows = new Map<string, readonly Window[]>();

  constructor(chance: Chance, timeline: Timeline, milliseconds: number, without: ReadonlySet<string>) {
    this.#chance = chance;
    this.#timeline = timeline;
    this.#milliseconds = milliseconds;
    this.#without = without;
  }

  /** @param name of the occasion, which no other has. */
  happens(kind: string, point: string, name: string): boolean {
    const rate = this.areOver ? 0 : this.#rateOf(kind);
    if (rate === 0) return false;
    const id = `${kind}@${name}`;
    return this.#chance.happens(rate, id) && this.#inject(id, kind, point);
  }

  /** True in one of the times in which this does not work. @param choices what may be the subject of such a time. */
  isDuring(kind: string, point: string, choices: readonly [string, ...string[]] = [""], subject = ""): boolean {
    if (this.areOver) return false;
    const { elapsed } = this.#timeline;
    const window = this.#windowsOf(kind, choices).find(({ what, from, to }) => what === subject && from <= elapsed && elapsed < to);
    if (window === undefined || this.#without.has(window.id)) return false;
    if (!window.isCounted) this.ids.push(window.id);
    window.isCounted = true;
    this.#count(kind, point);
    return true;
  }

  /** True in a run that has this property from beginning to end. */
  hasProperty(kind: string): boolean {
    if (this.#rateOf(kind) === 0 || this.#without.has(kind)) return false;
    if (!this.ids.includes(kind)) this.ids.push(kind);
    return true;
  }

  /** Counts a fault of {@link hasProperty}. */
  note(kind: string, point: string): void {
    this.#count(kind, point);
  }

  #inject(id: string, kind: string, point: string): boolean {
    if (this.#without.has(id)) return false;
    this.ids.push(id);
    this.#count(kind, point);
    this.#timeline.note(`fault: ${id}`);
    return true;
  }

  #count(kind: string, point: string): void {
    const key = `${kind} | ${point}`;
    this.counts[key] = (this.counts[key] ?? 0) + 1;
  }

  /** Zero for many kinds, so that each run has a mixture of its own; from a thousandth to an eighth for the others, or to a half. */
  #rateOf(kind: string): number {
    const known = this.#rates.get(kind);
    if (known !== undefined) return known;
    const isAbsent = this.#chance.happens(0.5, `has ${kind}`);
    const [min, max] = isSeldomPossible(kind) ? [-2, -0.3] : [-3, -0.9];
    const rate = isAbsent ? 0 : 10 ** this.#chance.between(min, max, `rate of ${kind}`);
    this.#rates.set(kind, rate);
    return rate;
  }

  #windowsOf(kind: string, choices: readonly [string, ...string[]]): readonly Window[] {
    const known = this.#windows.get(kind);
    if (known !== undefined) return known;
    const count = this.#chance.below(5, `times of ${kind}`) - 1; // in two of five runs none
    const windows = Array.from({ length: Math.max(0, count) }, (_, at) => {
      const id = `${kind}@${at}`;
      const from = this.#chance.between(0, this.#milliseconds, `${id} from`);
      const to = from + 1_000 * 10 ** this.#chance.between(0.3, 2.5, `${id} length`); // 2 s to 5 min
      return { id, what: this.#chance.of(choices, `${id} of`), from, to, isCounted: false };
    });
    this.#windows.set(kind, windows);
    return windows;
  }
}
