import type { AccessRequest } from "../service.ts";
import type { Decision } from "./evaluate.ts";
import type { CompiledPolicy, Pattern } from "./policy.ts";

export interface Grant {
  readonly roleName: string;
  /** The statement's `Sid` or number. */
  readonly statement: string;
  /** The action, or the pattern of actions, as the policy has it. */
  readonly action: string;
}

/** A call that a role was refused. */
export interface Denial {
  readonly roleName: string;
  readonly action: string;
  /** The ARN, or `*`. */
  readonly resource: string;
}

/** Which of the granted actions were used, so that the others can be removed; and the calls that were denied. */
export class PermissionLedger {
  readonly #used = new Map<string, Set<Pattern>>();
  readonly #onDenial = new Set<(denial: Denial) => void>();
  readonly #onUse = new Set<(grant: Grant) => void>();

  record(roleName: string, { action, resource }: AccessRequest, decision: Decision): void {
    if (!decision.allowed) for (const listener of this.#onDenial) listener({ roleName, action, resource });
    else if (decision.action !== undefined) this.#use(roleName, decision.action, decision.statement?.name ?? "");
  }

  onDenial(listener: (denial: Denial) => void): void {
    this.#onDenial.add(listener);
  }

  /** @param listener called with the grant that allows a call, each time. */
  onUse(listener: (grant: Grant) => void): void {
    this.#onUse.add(listener);
  }

  /** The actions that a role's policies allow and that no call needed. */
  unused(roleName: string, policies: readonly CompiledPolicy[]): Grant[] {
    const allowing = policies.flatMap(({ statements }) => statements.filter(({ effect }) => effect === "Allow"));
    const used = this.#used.get(roleName);
    return allowing.flatMap(({ name, actions }) =>
      actions.filter((pattern) => !used?.has(pattern)).map(({ text }) => ({ roleName, statement: name, action: text })),
    );
  }

  #use(roleName: string, action: Pattern, statement: string): void {
    const used = this.#used.get(roleName);
    if (used === undefined) this.#used.set(roleName, new Set([action]));
    else used.add(action);
    for (const listener of this.#onUse) listener({ roleName, statement, action: action.text });
  }
}
