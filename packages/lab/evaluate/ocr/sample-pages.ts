// Writes the pages in docs/samples; the same pages each time.
import { mkdirSync, writeFileSync } from "node:fs";
import { photographedPage, twoColumnScan } from "./samples.ts";

const folder = new URL("../../../../docs/samples/", import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL("photographed-page.jpg", folder), (await photographedPage(1)).document.bytes);
writeFileSync(new URL("two-column-scan.png", folder), (await twoColumnScan(1)).document.bytes);
