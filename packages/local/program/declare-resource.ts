import type { Location } from "../aws.ts";
import type { DeclaredResource, Properties, ResourceType } from "../service.ts";
import { resourceTypes } from "../services.ts";
import { withoutLocalMeaning } from "./without-local-meaning.ts";

/**
 * Fills in what AWS would compute of a resource that the program registers.
 *
 * @throws Error that names a type that the local runtime does not know, or an input that is neither honoured nor listed.
 */
export function declareResource(
  { type, name, inputs }: { type: string; name: string; inputs: Properties },
  location: Location,
): DeclaredResource {
  const resourceType = resourceTypes[type];
  const computed = resourceType?.computed ?? withoutLocalMeaning[type]?.computed;
  if (computed === undefined) throw new Error(`The program declares ${type} "${name}", and npm start does not know that type.`);
  if (resourceType !== undefined) refuseUnknownInputs(resourceType, type, name, inputs);
  const all = { ...resourceType?.defaults, ...inputs };
  const { id, ...outputs } = computed({ name, inputs: all }, location);
  return { type, name, id, inputs: all, outputs };
}

function refuseUnknownInputs(resourceType: ResourceType, type: string, name: string, inputs: Properties): void {
  const known = [...resourceType.simulated, ...Object.keys(resourceType.withoutLocalMeaning ?? {})];
  const unknown = Object.keys(inputs).find((input) => !known.includes(input));
  if (unknown !== undefined) throw new Error(`The program sets ${unknown} of ${type} "${name}", which npm start does not simulate.`);
}
