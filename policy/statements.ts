import { at, isRecord, type Resource } from "./resource.ts";

interface PolicyStatement {
  readonly effect: unknown;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly principals: readonly string[];
  readonly condition: unknown;
}

/** The statements of a policy document in an input. IAM accepts one value in place of a list. */
export function statementsOf(resource: Resource, input: string): readonly PolicyStatement[] {
  const document: unknown = JSON.parse(String(at(resource, input) ?? "{}"));
  const statements = isRecord(document) ? [document["Statement"] ?? []].flat() : [];
  return statements.filter(isRecord).map((statement) => ({
    effect: statement["Effect"],
    actions: texts(statement["Action"]),
    resources: texts(statement["Resource"]),
    principals: isRecord(statement["Principal"]) ? Object.values(statement["Principal"]).flatMap(texts) : texts(statement["Principal"]),
    condition: statement["Condition"],
  }));
}

const texts = (value: unknown): string[] => [value ?? []].flat().map(String);
