import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { engineFiles, languageFile, pathOfEngineFile } from "../../../../functions/stages/ocr/engine-files.ts";

test.each([...engineFiles, languageFile("eng")])("$name is found", (file) => {
  const path = pathOfEngineFile(file);

  expect(path.endsWith(file.name)).toBe(true);
  expect(existsSync(path)).toBe(true);
});
