import type { IncomingHttpHeaders } from "node:http";

/** A server that listens on the loopback. */
interface LocalServer {
  readonly port: number;
  /** As a sentence begins: `This API`. */
  readonly name: string;
  /** True for the origin of a page that may call it although it is not of this machine. */
  allowsOrigin(origin: string): boolean;
  /** The remedy that a refused page is told. */
  readonly remedy: string;
}

/**
 * The loopback alone does not keep web pages out: one can send requests to it by script, and one whose name is made to mean this
 * machine (DNS rebinding) can read the answers, too. A request without an origin is no page's, or only reads what the page cannot see.
 *
 * @returns the sentence that refuses such a request; undefined where it may pass.
 */
export function refusalOfForeign({ host, origin }: IncomingHttpHeaders, server: LocalServer): string | undefined {
  const { port, name, remedy } = server;
  if (!isLocal(host, port)) return `${name} answers to 127.0.0.1 and localhost only; call http://127.0.0.1:${port}.`;
  if (origin === undefined || isLocal(origin.replace(/^https?:\/\//, "")) || server.allowsOrigin(origin)) return undefined;
  return `${name} does not answer pages of ${origin}; ${remedy}.`;
}

/** Clients leave the port of HTTP itself out. */
function isLocal(authority: string | undefined, port?: number): boolean {
  const match = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::(\d+))?$/i.exec(authority ?? "");
  return match !== null && (port === undefined || (match[1] ?? "80") === String(port));
}
