/** A row of a table, and the line that it begins in, counted from 1. */
export interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * The rows of a table with `separator` between its cells. With commas, a cell may stand in quotes and hold commas, line breaks and doubled quotes.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
export function* cellsOf(content: string, separator: "," | "\t"): Generator<Row> {
  const text = content.replace(/^\ufeff/, "");
  if (separator === "\t") {
    for (const [index, line] of text.split(/\r?\n/).entries()) yield { line: index + 1, cells: line.split("\t") };
    return;
  }
  let [line, start] = [1, 1];
  let cells: string[] = [];
  for (const [whole, quoted, plain = "", end = ""] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|$)/g)) {
    if (whole === "" && cells.length === 0) continue;
    cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    line += whole.split("\n").length - 1;
    if (end === ",") continue;
    yield { line: start, cells };
    [cells, start] = [[], line];
  }
}
