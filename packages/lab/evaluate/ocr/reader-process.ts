// Reads pages in a process of its own, so that each reader's memory can be told from the others'.
import { characterErrorRate } from "./character-error-rate.ts";
import { type PageGroup, testPage } from "./pages.ts";
import { openReader, type ReaderName } from "./readers.ts";

/** What a reader is asked to do; one message, then one {@link PageFigure} for each page. */
export interface ReadingTask {
  readonly reader: ReaderName;
  readonly groups: readonly PageGroup[];
  readonly seed: number;
  readonly pagesPerGroup: number;
}

export interface PageFigure {
  readonly group: PageGroup;
  readonly description: string;
  /** 0..1 */
  readonly errorRate: number;
  readonly cpuSeconds: number;
  /** Of the process since it began, the making of the pages included. */
  readonly peakMemoryMiB: number;
}

process.once("message", async (task: ReadingTask) => {
  const read = await openReader(task.reader);
  for (const group of task.groups) {
    for (let index = 0; index < task.pagesPerGroup; index++) {
      const { document, truth, description } = await testPage(group, task.seed, index);
      const { text, cpuSeconds } = read(document);
      const figure = {
        group,
        description,
        errorRate: characterErrorRate(truth, text),
        cpuSeconds,
        peakMemoryMiB: process.resourceUsage().maxRSS / 1024,
      };
      process.send?.(figure satisfies PageFigure);
    }
  }
  process.disconnect();
});
