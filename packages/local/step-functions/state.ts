import type { Activation } from "./activation.ts";
import type { StateType } from "./events.ts";
import type { Payload } from "./payload.ts";
import type { Template } from "./query.ts";

/** One way out of a state. */
export interface Exit {
  /** `undefined`: the branch or execution ends here. */
  readonly next: string | undefined;
  readonly output: Template | undefined;
  readonly assign: Template | undefined;
  /** The variables that `assign` assigns. */
  readonly assigns: readonly string[];
}

export interface Retrier {
  readonly errorEquals: readonly string[];
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
  readonly maxDelaySeconds: number;
  readonly jitterStrategy: "FULL" | "NONE";
}

export interface Catcher {
  readonly errorEquals: readonly string[];
  readonly exit: Exit;
}

/** What a state did: the way out that it took, and its result if its type has one. */
export interface Passage {
  readonly exit: Exit;
  readonly result?: Payload;
}

/** What a state type makes of its own fields. */
export interface Behaviour {
  /** Every way out but the catchers'. */
  readonly exits: readonly Exit[];
  /** The graphs that run inside of the state. */
  readonly graphs?: readonly Graph[];
  /** @throws {@link StatesError} */
  run(activation: Activation): Passage | Promise<Passage>;
}

/** A state, compiled. */
export interface State extends Behaviour {
  readonly name: string;
  readonly type: StateType;
  readonly retriers: readonly Retrier[];
  readonly catchers: readonly Catcher[];
}

export interface Graph {
  readonly startAt: string;
  readonly states: ReadonlyMap<string, State>;
}
