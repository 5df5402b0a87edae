import { createHash } from "node:crypto";
import type { Clock } from "../../local/clock.ts";

interface Entry {
  readonly time: number;
  readonly order: number;
  readonly actor: string;
  /** Nothing once it has been called off. */
  run: (() => unknown) | undefined;
}

/** Far enough in the future that every id of an earlier run in this process sorts before those of this one. */
const epoch = Date.UTC(2030, 0, 1);
const dayMilliseconds = 86_400_000;
/** To read a line alone takes longer than to write it. */
const linesAtOnce = 256;
let begun = 0;

/** Virtual time: one event after the other, each to its end before the next begins. */
export class Timeline implements Clock {
  readonly start = epoch + 40 * dayMilliseconds * begun++;
  /** Who acts: the event that is running belongs to it, and all that it causes until another actor takes over. */
  actor = "world";
  readonly history: string[] | undefined;
  readonly #digest = createHash("sha256");
  readonly #unread: string[] = [];
  readonly #heap: Entry[] = [];
  #order = 0;
  /** Milliseconds since the beginning of the run: whole ones, as the sum with another beginning would be rounded in another way. */
  elapsed = 0;

  constructor(keepsHistory: boolean) {
    this.history = keepsHistory ? [] : undefined;
  }

  now(): number {
    return this.start + this.elapsed;
  }

  /** Of the history until now. */
  get digest(): string {
    this.#digest.update(this.#unread.splice(0).join("\n"));
    return this.#digest.copy().digest("hex").slice(0, 16);
  }

  /** Adds a line to the history. */
  note(line: string): void {
    const whole = `${(this.elapsed / 1_000).toFixed(3)} ${this.actor} ${line}`;
    this.#unread.push(whole);
    if (this.#unread.length === linesAtOnce) this.#digest.update(this.#unread.splice(0).join("\n"));
    this.history?.push(whole);
  }

  /** Lets something happen. @returns how to call it off. */
  after(milliseconds: number, run: () => unknown, actor = this.actor): () => void {
    const entry: Entry = { time: this.elapsed + Math.max(0, Math.round(milliseconds)), order: this.#order++, actor, run };
    push(this.#heap, entry);
    return () => {
      entry.run = undefined;
    };
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const callOff = this.after(milliseconds, () => {
        signal?.removeEventListener("abort", abort);
        resolve();
      });
      const abort = () => {
        callOff();
        reject(signal?.reason);
      };
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  /** Lets everything happen that is due within this time, or until nothing is left that `isOver` waits for. */
  async run(milliseconds: number, isOver: () => boolean = () => false): Promise<void> {
    const until = this.elapsed + milliseconds;
    const settling = new Settling();
    for (let entry = this.#heap[0]; entry !== undefined && entry.time <= until && !isOver(); entry = this.#heap[0]) {
      pop(this.#heap);
      if (entry.run === undefined) continue;
      this.elapsed = entry.time;
      this.actor = entry.actor;
      await entry.run();
      await settling.wait();
    }
    if (!isOver()) this.elapsed = until;
  }
}

/** Immediates in one turn of Node's event loop. */
const turnLength = 64;

/** Lets all promises settle that wait for nothing but each other. They do so between any two immediates, so many of these share a turn. */
class Settling {
  #go: (() => void) | undefined;
  #ahead = 0;

  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#go = resolve;
      if (this.#ahead > 0) return;
      this.#ahead = turnLength;
      for (let at = 0; at < turnLength; at++) setImmediate(() => this.#pass());
    });
  }

  #pass(): void {
    this.#ahead--;
    this.#go?.();
    this.#go = undefined;
  }
}

const isBefore = (a: Entry, b: Entry): boolean => a.time < b.time || (a.time === b.time && a.order < b.order);

function push(heap: Entry[], entry: Entry): void {
  let at = heap.length;
  heap.push(entry);
  while (at > 0) {
    const above = (at - 1) >> 1;
    const parent = heap[above] as Entry;
    if (!isBefore(entry, parent)) break;
    heap[at] = parent;
    at = above;
  }
  heap[at] = entry;
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    let below = 2 * at + 1;
    const right = heap[below + 1];
    if (right !== undefined && isBefore(right, heap[below] as Entry)) below++;
    const child = heap[below];
    if (child === undefined || !isBefore(child, last)) break;
    heap[at] = child;
    at = below;
  }
  heap[at] = last;
}
