import type { Decision } from "./evaluate.ts";
import type { CompiledPolicy, Pattern } from "./policy.ts";

export interface Grant {
  readonly roleName: string;
  /** The statement's `Sid` or number. */
  readonly statement: string;
  /** The action, or the pattern of actions, as the policy has it. */
  readonly action: string;
}

/** Which of the granted actions were used, so that the rest can be taken away. */
export class PermissionLedger {
  readonly #used = new Map<string, Set<Pattern>>();

  record(roleName: string, { allowed, action }: Decision): void {
    if (!allowed || action === undefined) return;
    const used = this.#used.get(roleName);
    if (used === undefined) this.#used.set(roleName, new Set([action]));
    else used.add(action);
  }

  /** The actions that a role's policies allow and that no call needed. */
  unused(roleName: string, policies: readonly CompiledPolicy[]): Grant[] {
    const allowing = policies.flatMap(({ statements }) => statements.filter(({ effect }) => effect === "Allow"));
    const used = this.#used.get(roleName);
    return allowing.flatMap(({ name, actions }) =>
      actions.filter((pattern) => !used?.has(pattern)).map(({ text }) => ({ roleName, statement: name, action: text })),
    );
  }
}
