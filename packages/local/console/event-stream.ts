import type { ServerResponse } from "node:http";

/** What is sent with every answer: a page of another origin must not be able to read it, nor may it be kept. */
export const commonHeaders = {
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
} as const;

/** Changes are sent together, this often at most; a large message makes the next one wait longer. */
const sendMilliseconds = 60;
const charactersPerMillisecond = 50_000;

/** Server-sent events that tell the latest state of things: what changes while a message is under way is in the next one. */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #pending = new Set<() => Promise<unknown> | unknown>();
  #timer: NodeJS.Timeout | undefined;
  #isSending = false;
  #pause = sendMilliseconds;

  constructor(response: ServerResponse, onClose: () => void) {
    this.#response = response;
    response.writeHead(200, { ...commonHeaders, "content-type": "text/event-stream" });
    response.on("close", () => {
      clearTimeout(this.#timer);
      onClose();
    });
  }

  /** @param message creates what is sent, or nothing; asked once for all the changes of a while. */
  changed(message: () => Promise<unknown> | unknown): void {
    this.#pending.add(message);
    if (!this.#isSending) this.#timer ??= setTimeout(() => void this.#send(), this.#pause);
  }

  /** Sends a message at once. */
  async send(message: unknown): Promise<void> {
    if (message === undefined || this.#response.destroyed) return;
    const text = JSON.stringify(message);
    this.#pause = sendMilliseconds + text.length / charactersPerMillisecond;
    if (this.#response.write(`data: ${text}\n\n`)) return;
    await new Promise<void>((resolve) => {
      this.#response.once("drain", resolve).once("close", resolve); // a page that does not read
    });
  }

  async #send(): Promise<void> {
    this.#isSending = true;
    this.#timer = undefined;
    for (const message of this.#pending) {
      this.#pending.delete(message);
      await this.send(await message());
    }
    this.#isSending = false;
    const [next] = this.#pending;
    if (next !== undefined) this.changed(next);
  }
}
