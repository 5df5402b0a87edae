interface Props<One> {
  /** Of one of them, such as `Attempt`. */
  readonly name: string;
  readonly all: readonly One[];
  readonly chosen: One | undefined;
  choose(at: number): void;
}

/** Chooses one of several attempts or executions, by number and status. */
export function Choice<One extends { readonly status: string }>({ name, all, chosen, choose }: Props<One>) {
  if (all.length < 2) return null;
  return (
    <div class="executions" role="group" aria-label={`${name}s`}>
      {all.map((one, at) => (
        <button key={at} type="button" class="chip" aria-pressed={one === chosen} onClick={() => choose(at)}>
          {name} {at + 1} · {one.status}
        </button>
      ))}
    </div>
  );
}
