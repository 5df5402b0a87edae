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
