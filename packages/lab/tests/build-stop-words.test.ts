import { expect, test } from "vitest";
import { stopWordTable } from "../build-stop-words.ts";

test("joins the lists of a language, each word once and as a text's words are divided", () => {
  const table = stopWordTable({ nl: ["Alle", "alle", "in het", "…", "'t"], xx: ["word"] }, { nl: "dus", ka: "და" });

  expect(table).toMatchObject({ nl: "alle dus", ka: "და", fr: "" });
  expect(table).not.toHaveProperty("xx");
});
