/** A request to an AWS service as it arrives at the local endpoint, whatever carried it. */
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
