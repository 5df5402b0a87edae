import { setImmediate } from "node:timers/promises";

/** Which actor goes next each time that both wait: `false` is the first one. */
export type Schedule = readonly boolean[];

/** Holds the calls of two actors and lets them through one at a time, in the order of a schedule. */
export class Turnstile {
  #waiting = new Map<string, (() => void)[]>();
  #isRacing = false;

  /** To be awaited before a call. Calls outside of a race pass. */
  enter(actor: string): Promise<void> {
    if (!this.#isRacing || actor === "admin") return Promise.resolve();
    return new Promise((resolve) => this.#waiting.set(actor, [...(this.#waiting.get(actor) ?? []), resolve]));
  }

  /**
   * Runs two actors until both have ended. Calls that an actor makes at the same time pass at the same time.
   *
   * @param after runs after each step.
   */
  async race(
    schedule: Schedule & { ask?: (at: number) => boolean },
    actors: Readonly<Record<string, () => Promise<unknown>>>,
    after?: () => Promise<void>,
  ): Promise<void> {
    this.#isRacing = true;
    const running = new Set(Object.keys(actors));
    const ends = Object.entries(actors).map(([name, run]) => run().finally(() => running.delete(name)));
    let decisions = 0;
    while (running.size > 0) {
      await this.#until(() => [...running].every((actor) => this.#waiting.has(actor)));
      const ready = [...this.#waiting.keys()].sort();
      const isChoice = ready.length > 1;
      const second = isChoice && (schedule.ask?.(decisions) ?? schedule[decisions] ?? false);
      if (isChoice) decisions++;
      this.#release(ready[second ? 1 : 0]);
      await after?.();
    }
    this.#isRacing = false;
    await Promise.all(ends);
  }

  #release(actor: string | undefined): void {
    if (actor === undefined) return;
    const calls = this.#waiting.get(actor) ?? [];
    this.#waiting.delete(actor);
    for (const pass of calls) pass();
  }

  async #until(condition: () => boolean): Promise<void> {
    for (let turn = 0; !condition(); turn++) {
      if (turn > 10_000) throw new Error("An actor neither waits nor ends.");
      await setImmediate();
    }
  }
}

/** A schedule that notes how often it was asked, so that the next one can differ in its last choice. */
class RecordingSchedule extends Array<boolean> {
  readonly asked: boolean[] = [];

  ask(at: number): boolean {
    this.asked[at] = this[at] ?? false;
    return this.asked[at];
  }

  override toString(): string {
    return this.asked.map(Number).join("");
  }
}

/**
 * Every schedule of two actors that do the same, by changing the last choice that was not yet changed; `most` bounds them. The first one
 * always begins: where the second one does, it is the same race under other names.
 */
export async function* allSchedules(most: number): AsyncGenerator<RecordingSchedule> {
  let choices: boolean[] = [];
  for (let count = 0; count < most; count++) {
    const schedule = RecordingSchedule.from(choices) as RecordingSchedule;
    yield schedule;
    const last = schedule.asked.lastIndexOf(false);
    if (last <= 0) return;
    choices = [...schedule.asked.slice(0, last), true];
  }
}
