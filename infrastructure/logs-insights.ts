/**
 * The part of a console's address that opens Logs Insights with a query in it.
 *
 * @param seconds how far back the query looks.
 */
export function insightsFragment(query: string, groups: readonly string[], seconds: number): string {
  const source = groups.map((group) => `~'${escaped(group)}`).join("");
  const detail = `~(end~0~start~-${seconds}~timeType~'RELATIVE~unit~'seconds~editorString~'${escaped(query)}~source~(${source}))`;
  return `$3FqueryDetail$3D${detail}`;
}

/** The console's own escapes: an asterisk and two hexadecimal digits for what is neither a letter nor a digit. */
function escaped(text: string): string {
  return text.replace(/[^A-Za-z0-9_.-]/g, (character) => `*${character.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
