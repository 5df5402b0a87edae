/** All clients and faults but a few, for `SimulationOptions.without`: also those that happen only once others are left out. */
export class AllBut extends Set<string> {
  readonly #kept: ReadonlySet<string>;

  constructor(kept: Iterable<string>) {
    super();
    this.#kept = new Set(kept);
  }

  override has(id: string): boolean {
    return !this.#kept.has(id);
  }
}
