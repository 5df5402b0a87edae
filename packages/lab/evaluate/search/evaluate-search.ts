import MiniSearch from "minisearch";
import { documentTerms } from "../../../../functions/stages/search/document-vector.ts";
import { relate } from "../../../../functions/stages/search/relate.ts";
import { stemOf } from "../../../../functions/stages/search/stem.ts";
import { englishStopWords } from "../../../../functions/stages/search/stop-words.ts";
import { termUses } from "../../../../functions/stages/search/term-uses.ts";
import { topKeywords } from "../../../../functions/stages/search/top-keywords.ts";
import { segmentWords } from "../../../../functions/stages/words.ts";
import type { Row } from "../../../../scripts/table.ts";
import documents from "./documents.json" with { type: "json" };

export const keywordsHead: Row = ["Keywords", "right of the first five %"];
export const relatedHead: Row = ["Related documents", "found of four %", "right of those listed %"];

export const searchNote = `${documents.length} short documents, five on each topic, with the keywords that a reader chose; a related document is one on the same topic.`;

/** The share of the five keywords of each document that a reader chose too, in any form of the word. */
export function evaluateKeywords(): Row[] {
  return [
    ["this project", precision(documents.map(({ text, keywords }) => shareNamed(topKeywords(termUses(text)), keywords)))],
    ["most frequent words", precision(documents.map(({ text, keywords }) => shareNamed(frequentWords(text), keywords)))],
  ];
}

/** The quality of the first four documents that each system lists as related; there are four on a document's own topic. */
export function evaluateRelated(): Row[] {
  const miniSearch = new MiniSearch({ fields: ["text"], idField: "id" });
  miniSearch.addAll(documents.map(({ text }, id) => ({ id, text })));
  const candidates = documents.map(({ text }, id) => ({ jobId: String(id), vector: documentTerms(text).vector }));
  const ownLists = candidates.map(({ jobId, vector }) => {
    const others = candidates.filter((candidate) => candidate.jobId !== jobId);
    return relate(vector, others).documents.map((found) => Number(found.jobId));
  });
  const theirLists = documents.map(({ text }) => miniSearch.search(text).map((found) => Number(found["id"])));
  return [relatedRow("this project", ownLists), relatedRow("MiniSearch", theirLists)];
}

const relatedCount = 4;
const keywordCount = 5;

function shareNamed(found: readonly string[], named: readonly string[]): number {
  const stems = new Set(named.map(stemOf));
  return found.filter((word) => stems.has(stemOf(word))).length / keywordCount;
}

function frequentWords(text: string): string[] {
  const counts = new Map<string, number>();
  for (const word of segmentWords(text.toLowerCase())) if (!englishStopWords.has(word)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const ordered = [...counts].sort(([, a], [, b]) => b - a);
  return ordered.slice(0, keywordCount).map(([word]) => word);
}

function relatedRow(name: string, lists: readonly (readonly number[])[]): Row {
  const listed = lists.flatMap((list, id) =>
    list
      .filter((other) => other !== id)
      .slice(0, relatedCount)
      .map((other) => documents[other]?.topic === documents[id]?.topic),
  );
  const right = listed.filter((isRight) => isRight).length;
  return [name, ...[right / (documents.length * relatedCount), right / listed.length].map((share) => (100 * share).toFixed(1))];
}

const precision = (shares: readonly number[]): string =>
  ((100 * shares.reduce((total, share) => total + share, 0)) / shares.length).toFixed(1);
