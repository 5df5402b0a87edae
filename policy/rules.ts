import { operationRules } from "./operation-rules.ts";
import { permissionRules } from "./permission-rules.ts";
import type { Rule } from "./resource.ts";
import { storageRules } from "./storage-rules.ts";

/** What holds of every stack of this project: checked by the tests on what the program declares, and by Pulumi on a deployment. */
export const rules: readonly Rule[] = [...permissionRules, ...storageRules, ...operationRules];
