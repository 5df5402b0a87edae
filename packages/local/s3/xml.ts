import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import type { AwsResponse } from "../aws.ts";
import { AwsError } from "../aws.ts";

// The one file of its CommonJS build: to load the modules of the other takes 20 ms more at each start.
const { XMLBuilder, XMLParser }: typeof import("fast-xml-parser") = createRequire(import.meta.url)("fast-xml-parser");

/** Elements by name; an array repeats its element, what is undefined is left out. */
export interface XmlElements {
  readonly [name: string]: string | number | boolean | undefined | XmlElements | readonly XmlElements[];
}

const entities = [
  ...[/&/g, /</g, />/g, /"/g].map((regex, index) => ({ regex, val: ["&amp;", "&lt;", "&gt;", "&quot;"][index] ?? "" })),
  { regex: /\r/g, val: "&#13;" }, // written as it is, it would be read as \n
];
const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: "@", ...{ entities } });
const parser = new XMLParser({
  ...{ parseTagValue: false, trimValues: false, ignoreDeclaration: true, htmlEntities: true },
  isArray: (name) => name === "Object" || name === "Part",
});

/** @throws AwsError `MalformedXML` for what is not a document with this root. */
export function parseXml(xml: Buffer, root: string): Readonly<Record<string, unknown>> {
  let document: Record<string, unknown> = {};
  try {
    document = parser.parse(xml.toString(), true);
  } catch {
    // Refused below, like a document of another root.
  }
  const elements = document[root];
  if (typeof elements !== "object" || elements === null) throw malformedXml();
  return elements as Readonly<Record<string, unknown>>;
}

export const malformedXml = (): AwsError => new AwsError("MalformedXML", "The XML you provided was not well-formed");

export function xmlAnswer(root: string, elements: XmlElements): AwsResponse {
  const body = write({ [root]: { "@xmlns": "http://s3.amazonaws.com/doc/2006-03-01/", ...elements } });
  return { status: 200, headers: s3Headers({ "content-type": "application/xml" }), body };
}

/** S3's error document. An answer to HEAD has no body. Any other error than an {@link AwsError} is an internal one, without details. */
export function xmlError(error: unknown, method: string): AwsResponse {
  const internal = new AwsError("InternalError", "We encountered an internal error. Please try again.", 500);
  const { name, message, status, members } = error instanceof AwsError ? error : internal;
  const headers = s3Headers({ "content-type": "application/xml" });
  if (method === "HEAD" || status === 304) return { status, headers, body: "" };
  const RequestId = headers["x-amz-request-id"];
  // Without a namespace, as S3's own: botocore finds no code in one that has it.
  return { status, headers, body: write({ Error: { Code: name, Message: message, ...(members as XmlElements), RequestId } }) };
}

export function s3Headers(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { ...headers, "x-amz-request-id": randomUUID() };
}

function write(elements: XmlElements): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build(elements)}`;
}
