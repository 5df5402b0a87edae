import { buildFunctions } from "../../infrastructure/bundle.ts";
import { projectFolder } from "./evaluated-program.ts";

/** Builds the functions once before any test, so that no two workers build them at the same time, and copies of the project have them. */
export default async function setup(): Promise<void> {
  await buildFunctions(projectFolder);
}
