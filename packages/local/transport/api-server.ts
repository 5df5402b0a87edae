import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { HttpHandler } from "../service.ts";
import { StartError } from "../start-error.ts";
import { refusalOfForeign } from "./foreign-requests.ts";

export type ConsoleHandler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * The port of the HTTP API: it listens from the first moment, and answers `503` until the API is deployed. Pages of other machines
 * are refused with `403`, unless the API's CORS configuration allows their origin.
 */
export class ApiServer {
  readonly #server: Server;
  #api: HttpHandler | undefined;
  #console: ConsoleHandler | undefined;
  #observer: ((status: number) => void) | undefined;
  /** Called for each connection that cannot be accepted. */
  onFault: (error: unknown) => void = () => undefined;

  private constructor(server: Server) {
    this.#server = server;
    server.on("error", (error) => this.onFault(error)); // a connection could not be accepted
    server.on("request", (request, response) => this.#answer(request, response));
    server.on("clientError", (error, socket) => (this.#api === undefined ? socket.destroy() : this.#api.handleClientError(error, socket)));
  }

  /**
   * @param port 0 for any that is free.
   * @throws {@link StartError} where the port is taken or not to be had.
   */
  static async listen(port: number): Promise<ApiServer> {
    // Above the gateway's own limit, so that the gateway is who refuses.
    const server = createServer({ keepAliveTimeout: 65_000, maxHeaderSize: 64 * 1_024 });
    await new Promise<void>((resolve, reject) => {
      server.once("error", (error: NodeJS.ErrnoException) => reject(new StartError(sentenceFor(port, error))));
      server.listen(port, "127.0.0.1", resolve);
    });
    return new ApiServer(server);
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  deploy(api: HttpHandler): void {
    this.#api = api;
  }

  /** Serves the console below `/console`, which the API can then have no route for. */
  mountConsole(handler: ConsoleHandler): void {
    this.#console = handler;
  }

  /** @param observer called with the status of each answer of the API, in place of an earlier one. */
  observe(observer: (status: number) => void): void {
    this.#observer = observer;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const mounted = /^\/console(\/|\?|$)/.test(request.url ?? "") ? this.#console : undefined;
    const foreign = refusalOfForeign(request.headers, {
      ...{ port: this.#port, name: mounted ? "The console" : "This API" },
      remedy: mounted ? "open it by its own address" : "its CORS configuration (allowOrigins) has to name that origin",
      allowsOrigin: (origin) => mounted === undefined && (this.#api?.allowsOrigin(origin) ?? false),
    });
    if (foreign !== undefined) refuse(response, 403, foreign);
    else if (mounted !== undefined) mounted(request, response);
    else if (this.#api === undefined) refuse(response, 503, "Service Unavailable", { "retry-after": "1" });
    else {
      response.once("finish", () => this.#observer?.(response.statusCode));
      this.#api.handle(request, response);
    }
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}

function refuse(response: ServerResponse, status: number, message: string, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify({ message }));
}

function sentenceFor(port: number, { code }: NodeJS.ErrnoException): string {
  if (code === "EADDRINUSE") return `Port ${port} is taken; stop what listens there, or choose another with npm start -- --port <number>.`;
  return `npm start cannot listen on port ${port} (${code}); choose another with npm start -- --port <number>.`;
}
