import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { HttpHandler } from "../service.ts";
import { StartError } from "../start-error.ts";

/** The port of the HTTP API: it listens from the first moment, and answers `503` until the API is deployed. */
export class ApiServer {
  readonly #server: Server;
  #api: HttpHandler | undefined;

  private constructor(server: Server) {
    this.#server = server;
    server.on("request", (request, response) => {
      if (this.#api !== undefined) return this.#api.handle(request, response);
      response.writeHead(503, { "content-type": "application/json", "retry-after": "1" });
      response.end('{"message":"Service Unavailable"}');
    });
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
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  deploy(api: HttpHandler): void {
    this.#api = api;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}

function sentenceFor(port: number, { code }: NodeJS.ErrnoException): string {
  if (code === "EADDRINUSE") return `Port ${port} is taken; stop what listens there, or choose another with npm start -- --port <number>.`;
  return `npm start cannot listen on port ${port} (${code}); choose another with npm start -- --port <number>.`;
}
