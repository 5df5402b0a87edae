import { writeFileSync } from "node:fs";
import { coveragePage } from "../local/coverage.ts";

writeFileSync(new URL("../local/COVERAGE.md", import.meta.url), await coveragePage());
