import { AwsError, type AwsRequest, type AwsResponse } from "../aws.ts";
import { jsonError } from "../aws-json.ts";

/**
 * Refuses a service that is not here, in the protocol that its clients read: STS, SNS and their like read XML.
 *
 * @param known the services that are.
 */
export function unknownService({ headers }: AwsRequest, service: string | undefined, known: readonly string[]): AwsResponse {
  const message = `No local service answers ${service ?? "this request"}; there are ${known.join(", ")}.`;
  const isQuery = headers["content-type"]?.startsWith("application/x-www-form-urlencoded");
  if (!isQuery) return jsonError(new AwsError("UnknownOperationException", message));
  const error = `<Type>Sender</Type><Code>UnknownOperationException</Code><Message>${message}</Message>`;
  return { status: 400, headers: { "content-type": "text/xml" }, body: `<ErrorResponse><Error>${error}</Error></ErrorResponse>` };
}
