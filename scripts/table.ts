export type Row = readonly [name: string, ...cells: readonly string[]];

/** Lays rows out under a head, the names to the left and the figures to the right. */
export function table(head: Row, rows: readonly Row[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  const line = (row: Row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join("  ");
  return all.map((row) => line(row).trimEnd()).join("\n");
}

/** Milliseconds with one decimal below 100; a dash where there is no figure. */
export function milliseconds(value: number | undefined): string {
  if (value === undefined) return "–";
  return value < 100 ? value.toFixed(1) : value.toFixed(0);
}
