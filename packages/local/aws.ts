/** The account, region and addresses of the stack, known before anything has started: ARNs are built from them. */
export interface Location {
  readonly region: string;
  readonly accountId: string;
  /** The address of the HTTP API, without a slash at its end. */
  readonly apiUrl: string;
}

/** @returns the ARN of a resource in the stack's region and account. */
export const arn = ({ region, accountId }: Pick<Location, "region" | "accountId">, service: string, resource: string): string =>
  `arn:aws:${service}:${region}:${accountId}:${resource}`;

/** A request to an AWS service, over any transport. */
export interface AwsRequest {
  readonly method: string;
  /** Path and query, still percent-encoded. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface AwsResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** An error that an AWS service answers. Each protocol writes it in its own way: JSON, REST-JSON or S3's XML. */
export class AwsError extends Error {
  override readonly name: string;
  readonly status: number;
  /** Further members of the answer, such as the `Item` of a ConditionalCheckFailedException. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(name: string, message: string, status = 400, members: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = name;
    this.status = status;
    this.members = members;
  }
}

/** Decodes a request's path, or a part of it. @throws AwsError `InvalidURI`. */
export function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new AwsError("InvalidURI", "Couldn't parse the specified URI.");
  }
}
