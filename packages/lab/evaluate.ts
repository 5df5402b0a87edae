/** `npm run evaluate`: measures the quality of the stages. See {@link evaluateCommand}. */
import { evaluateCommand } from "./evaluate/evaluate-command.ts";
import { evaluateOcr } from "./evaluate/ocr/evaluate-ocr.ts";
import { ocrHead, ocrNote, ocrRow } from "./evaluate/ocr-rows.ts";
import { evaluateKeywords, evaluateRelated, keywordsHead, relatedHead, searchNote } from "./evaluate/search/evaluate-search.ts";
import { evaluateSentiment, sentimentHead, sentimentNote } from "./evaluate/sentiment/evaluate-sentiment.ts";

process.exitCode = await evaluateCommand(process.argv.slice(2), {
  evaluations: {
    ocr: async (options) => ({ tables: [[ocrHead, (await evaluateOcr(options)).map(ocrRow)]], note: ocrNote }),
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
