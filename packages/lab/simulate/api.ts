import type { HttpRequest, HttpResponse } from "../../../functions/api/http.ts";
import { AwsError } from "../../local/aws.ts";
import type { Chance } from "./chance.ts";
import type { Faults } from "./faults.ts";
import type { SimulatedLambda } from "./lambda.ts";
import type { Timeline } from "./timeline.ts";

export interface ApiRequest {
  readonly owner: string;
  /** Such as `GET /jobs/{jobId}`. */
  readonly route: keyof typeof routes;
  readonly jobId?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** An answer, with its times in virtual milliseconds; nothing where the request or its answer was lost. */
export interface ApiAnswer {
  readonly request: ApiRequest;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly sentAt: number;
  readonly receivedAt: number;
}

/** The functions behind the routes. */
const routes = {
  "POST /jobs": "create-job",
  "POST /uploads": "create-upload",
  "GET /jobs": "list-jobs",
  "GET /jobs/{jobId}": "get-job",
  "GET /jobs/{jobId}/text": "get-text",
  "DELETE /jobs/{jobId}": "delete-job",
  "GET /search": "find-documents",
} as const;

export interface ApiOptions {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly faults: Faults;
  readonly lambda: SimulatedLambda;
  readonly onAnswer: (answer: ApiAnswer) => void;
}

/** The HTTP API as its clients see it: over a network that loses requests and answers. */
export class SimulatedApi {
  readonly counts: Record<string, number> = {};
  readonly #options: ApiOptions;
  /** Until when nothing answers, in virtual time. */
  #downUntil = 0;
  readonly #inFlight = new Set<() => void>();

  constructor(options: ApiOptions) {
    this.#options = options;
  }

  /** Everything under way is lost, and so is all that arrives in the next milliseconds. */
  die(milliseconds: number): void {
    this.#downUntil = this.#options.timeline.now() + milliseconds;
    for (const lose of this.#inFlight) lose();
    this.#inFlight.clear();
  }

  request(request: ApiRequest): Promise<ApiAnswer | undefined> {
    const { timeline, chance, faults } = this.#options;
    const { route } = request;
    const point = `${route} | client`;
    this.counts[point] = (this.counts[point] ?? 0) + 1;
    const client = timeline.actor;
    const name = chance.nth(`${client} ${route}`);
    const sentAt = timeline.now();
    return new Promise((resolve) => {
      const lose = () => {
        this.#inFlight.delete(lose);
        timeline.after(chance.between(500, 5_000, `${name} gives up`), () => resolve(undefined), client);
      };
      if (faults.happens("request lost", point, name)) return lose();
      const isLost = faults.happens("answer lost", point, name);
      this.#inFlight.add(lose);
      const deliver = ({ statusCode = 200, headers = {}, body = "", isBase64Encoded = false }: HttpResponse) => {
        if (!this.#inFlight.has(lose)) return;
        if (isLost) return lose();
        this.#inFlight.delete(lose);
        const text = isBase64Encoded ? Buffer.from(body, "base64").toString() : body;
        const received = () => {
          const answer = {
            request,
            status: statusCode,
            headers: headers as Record<string, string>,
            text,
            sentAt,
            receivedAt: timeline.now(),
          };
          timeline.note(`${route} ${request.jobId ?? ""}: ${statusCode}`);
          this.#options.onAnswer(answer);
          resolve(answer);
        };
        timeline.after(chance.between(2, 40, `${name} back`), received, client);
      };
      const arrive = () => {
        if (timeline.now() < this.#downUntil) lose();
        else void this.#answer(request, name).then(deliver);
      };
      timeline.after(chance.between(2, 40, `${name} out`), arrive, name);
    });
  }

  async #answer(request: ApiRequest, requestId: string): Promise<HttpResponse> {
    try {
      const { outcome } = await this.#options.lambda.invoke(routes[request.route], JSON.stringify(eventOf(request, requestId)));
      if ("payload" in outcome) return JSON.parse(outcome.payload);
      return { statusCode: 500, body: '{"message":"Internal Server Error"}' };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return { statusCode: 503, body: '{"message":"Service Unavailable"}' }; // throttled
    }
  }
}

/** As payload 2.0 has it. */
function eventOf({ owner, route, jobId, headers = {}, query, body }: ApiRequest, requestId: string): Partial<HttpRequest> {
  const [method = "", path = ""] = route.split(" ");
  const isText = body === undefined || typeof body === "string";
  return {
    ...{ version: "2.0", routeKey: route, rawPath: path.replace("{jobId}", jobId ?? ""), rawQueryString: "", headers: { ...headers } },
    ...(jobId !== undefined && { pathParameters: { jobId } }),
    ...(query !== undefined && { queryStringParameters: { ...query } }),
    ...(body !== undefined && { body: isText ? body : Buffer.from(body).toString("base64") }),
    isBase64Encoded: !isText,
    requestContext: { requestId, http: { method }, authorizer: { iam: { userId: owner } } } as unknown as HttpRequest["requestContext"],
  };
}
