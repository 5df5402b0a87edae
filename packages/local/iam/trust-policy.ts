import { compileConditions } from "./condition.ts";
import { PolicyError, recordOf, refuseUnknown, statementsOf, stringsOf } from "./document.ts";

/** Says whether a service may assume the role for an account. */
export type TrustPolicy = (service: string, accountId: string) => boolean;

const members = ["Sid", "Effect", "Action", "Principal", "Condition"];

/**
 * Reads the trust policy of a role.
 *
 * @param document JSON.
 * @throws {@link PolicyError} for anything but services that may assume the role, if they act for an account.
 */
export function compileTrustPolicy(document: string): TrustPolicy {
  const statements = statementsOf(document, "a trust policy", members).map(compileStatement);
  return (service, accountId) => statements.some((allows) => allows(service, accountId));
}

function compileStatement({ Effect, Action, Principal, Condition = {} }: Record<string, unknown>): TrustPolicy {
  if (Effect !== "Allow" || Action !== "sts:AssumeRole")
    throw new PolicyError("A trust policy that does more than allow sts:AssumeRole is not evaluated here");
  const principal = recordOf(Principal, "Principal");
  refuseUnknown(principal, ["Service"], "a Principal that is evaluated here");
  const services = stringsOf(principal["Service"], "Principal");
  const conditions = compileConditions(Condition, ["aws:SourceAccount"]);
  return (service, accountId) => services.includes(service) && conditions.every((holds) => holds({ "aws:SourceAccount": accountId }));
}
