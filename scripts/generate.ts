import { writeFileSync } from "node:fs";
import { buildDefinition, definitionFile } from "../statemachine/definition.ts";

writeFileSync(definitionFile, `${JSON.stringify(buildDefinition(), null, 2)}\n`);
