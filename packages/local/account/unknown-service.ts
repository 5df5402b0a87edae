import { AwsError } from "../transport/aws-error.ts";
import { jsonError } from "../transport/aws-json.ts";
import type { AwsRequest, AwsResponse } from "../transport/aws-message.ts";
import { signatureOf } from "./signature.ts";

const services = "DynamoDB, Lambda's Invoke, S3 and Step Functions";

/** Refuses a service that is not here, in the protocol that its clients read: STS, SNS and their like read XML. */
export function unknownService(request: AwsRequest): AwsResponse {
  const service = signatureOf(request)?.service;
  const message = `No local service answers ${service ?? "this request"}; there are ${services}.`;
  const isQuery = request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded");
  if (!isQuery) return jsonError(new AwsError("UnknownOperationException", message));
  const error = `<Type>Sender</Type><Code>UnknownOperationException</Code><Message>${message}</Message>`;
  return { status: 400, headers: { "content-type": "text/xml" }, body: `<ErrorResponse><Error>${error}</Error></ErrorResponse>` };
}
