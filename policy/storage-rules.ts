import { at, isRecord, ofType, type Resource, type Rule, ruleFor, violations } from "./resource.ts";
import { statementsOf } from "./statements.ts";

const blocks = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];

/** Each bucket without a right resource of `type`, which has the logical name of its bucket. */
function unlessSaid(
  resources: readonly Resource[],
  type: Parameters<typeof ofType>[1],
  says: (resource: Resource) => boolean,
  message: string,
) {
  const said = ofType(resources, type).filter(says);
  const names = said.map(({ name }) => name);
  return violations(ofType(resources, "bucket"), ({ name }) => names.includes(name), message);
}

function isTlsOnly(policy: Resource): boolean {
  return statementsOf(policy, "policy").some(({ effect, actions, principals, resources, condition }) => {
    const insecure = JSON.stringify(condition) === '{"Bool":{"aws:SecureTransport":"false"}}';
    const whole = resources.some((arn) => arn.endsWith("/*")) && resources.some((arn) => !arn.endsWith("*"));
    return effect === "Deny" && actions.includes("s3:*") && principals.includes("*") && insecure && whole;
  });
}

function encrypts(configuration: Resource): boolean {
  const rules = at(configuration, "rules");
  return Array.isArray(rules) && rules.some((rule) => isRecord(rule) && isRecord(rule["applyServerSideEncryptionByDefault"]));
}

const isProtected = (table: Resource): boolean => at(table, "deletionProtectionEnabled") === true;

/** Tables and buckets. */
export const storageRules: readonly Rule[] = [
  {
    name: "private-buckets",
    description: "A bucket is closed to the public in all four ways.",
    check: (resources) =>
      unlessSaid(
        resources,
        "publicAccessBlock",
        (block) => blocks.every((input) => at(block, input) === true),
        "It can be opened to the public.",
      ),
  },
  {
    name: "encrypted-buckets",
    description: "A bucket encrypts what it keeps.",
    check: (resources) => unlessSaid(resources, "bucketEncryption", encrypts, "It has no encryption configured."),
  },
  {
    name: "tls-only-buckets",
    description: "A bucket denies every call that is not made over TLS.",
    check: (resources) => unlessSaid(resources, "bucketPolicy", isTlsOnly, "It can be reached without TLS."),
  },
  ruleFor(
    "table",
    "tables-on-demand",
    "A table is billed by request.",
    (table) => at(table, "billingMode") === "PAY_PER_REQUEST",
    "It costs money while it is not used.",
  ),
  ruleFor(
    "table",
    "tables-forget",
    "A table forgets its items in time.",
    (table) => at(table, "ttl", "enabled") === true,
    "It keeps its items forever.",
  ),
  {
    name: "whole-protection",
    description: "A stack that protects one table protects all tables and the bucket.",
    check: (resources) => {
      const tables = ofType(resources, "table");
      if (!tables.some(isProtected)) return [];
      const isRestorable = (table: Resource) => isProtected(table) && at(table, "pointInTimeRecovery", "enabled") === true;
      return [
        ...violations(tables, isRestorable, "It can be deleted, or not restored, in a stack that is protected."),
        ...violations(ofType(resources, "bucket"), (bucket) => at(bucket, "forceDestroy") !== true, "It is deleted with all its objects."),
      ];
    },
  },
];
