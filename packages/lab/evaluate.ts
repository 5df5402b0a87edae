/** `npm run evaluate`: measures the quality of the stages. See {@link evaluateCommand}. */
import { type EvaluateOptions, evaluateCommand, type Report } from "./evaluate/evaluate-command.ts";
import { evaluateFolder, evaluateOcr } from "./evaluate/ocr/evaluate-ocr.ts";
import { folderHead, folderNote, folderRow, folderSum, ocrHead, ocrNote, ocrRow } from "./evaluate/ocr-rows.ts";
import { evaluateKeywords, evaluateRelated, keywordsHead, relatedHead, searchNote } from "./evaluate/search/evaluate-search.ts";
import { evaluateSentiment, sentimentHead, sentimentNote } from "./evaluate/sentiment/evaluate-sentiment.ts";

process.exitCode = await evaluateCommand(process.argv.slice(2), {
  evaluations: {
    ocr: (options) => (options.folder === undefined ? reportOnDrawnPages(options) : reportOnFolder(options.folder, options)),
    sentiment: async () => ({ tables: [[sentimentHead, evaluateSentiment()]], note: sentimentNote }),
    search: async () => ({
      tables: [
        [keywordsHead, evaluateKeywords()],
        [relatedHead, evaluateRelated()],
      ],
      note: searchNote,
    }),
  },
  print: (text) => process.stdout.write(`${text}\n`),
  report: (line) => process.stderr.write(`${line}\n`),
});

async function reportOnDrawnPages(options: EvaluateOptions): Promise<Report> {
  return { tables: [[ocrHead, (await evaluateOcr(options)).map(ocrRow)]], note: ocrNote };
}

async function reportOnFolder(folder: string, { onProgress }: EvaluateOptions): Promise<Report> {
  const rows = await evaluateFolder(folder, onProgress);
  return { tables: [[folderHead, [...rows, folderSum(rows)].map(folderRow)]], note: folderNote };
}
