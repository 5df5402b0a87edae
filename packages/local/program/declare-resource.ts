import { simulated } from "./registry.ts";
import type { DeclaredResource, Place, Properties, ResourceType } from "./resource-type.ts";
import { withoutLocalMeaning } from "./without-local-meaning.ts";

/**
 * What AWS would make of a resource that the program registers.
 *
 * @throws Error that names a type nobody taught the local runtime, or an input that is neither honoured nor listed.
 */
export function declareResource(
  { type, name, inputs }: { type: string; name: string; inputs: Properties },
  place: Place,
): DeclaredResource {
  const resourceType = simulated[type];
  const computed = resourceType?.computed ?? withoutLocalMeaning[type]?.computed;
  if (computed === undefined) throw new Error(`The program declares ${type} "${name}", and npm start does not know that type.`);
  if (resourceType !== undefined) refuseUnknownInputs(resourceType, type, name, inputs);
  const all = { ...resourceType?.defaults, ...inputs };
  const { id, ...outputs } = computed({ name, inputs: all }, place);
  return { type, name, id, inputs: all, outputs };
}

function refuseUnknownInputs(resourceType: ResourceType, type: string, name: string, inputs: Properties): void {
  const known = [...resourceType.simulated, ...Object.keys(resourceType.withoutLocalMeaning ?? {})];
  const unknown = Object.keys(inputs).find((input) => !known.includes(input));
  if (unknown !== undefined) throw new Error(`The program sets ${unknown} of ${type} "${name}", which npm start does not simulate.`);
}
