import { htmlText, NestedTooDeeplyError } from "../html-text.ts";
import { DocumentTooLargeError, DocumentUnreadableError, NoTextFoundError } from "./stage.ts";

/** As of a text that is sent. */
const maxTextBytes = 1024 * 1024;

/**
 * The text of a page of HTML in UTF-8.
 *
 * @throws {@link DocumentUnreadableError} where its elements are nested deeper than those of any page.
 * @throws {@link DocumentTooLargeError} where it has more than 1 MiB of text.
 * @throws {@link NoTextFoundError} where it has no letter and no digit.
 */
export function readHtml(bytes: Uint8Array): string {
  const text = textOf(new TextDecoder().decode(bytes));
  if (!/[\p{L}\p{N}]/u.test(text))
    throw new NoTextFoundError("The page has no text in it; scripts are not run. Send the page as a browser shows it.");
  const length = Buffer.byteLength(text);
  if (length > maxTextBytes)
    throw new DocumentTooLargeError(`The page has ${length} bytes of text; the limit is ${maxTextBytes} bytes (1 MiB).`);
  return text;
}

function textOf(html: string): string {
  try {
    return htmlText(html).trim();
  } catch (error) {
    if (!(error instanceof NestedTooDeeplyError)) throw error;
    throw new DocumentUnreadableError("The elements of the page are nested deeper than 512 levels. Close them, and send it again.");
  }
}
