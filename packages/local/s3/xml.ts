import { randomUUID } from "node:crypto";
import type { AwsResponse } from "../aws.ts";
import { AwsError } from "../aws.ts";

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;" };

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** Elements by name; an array repeats its element, what is undefined is left out. */
export interface XmlElements {
  readonly [name: string]: string | number | boolean | undefined | XmlElements | readonly XmlElements[];
}

export function xmlAnswer(root: string, elements: XmlElements): AwsResponse {
  return { status: 200, headers: s3Headers({ "content-type": "application/xml" }), body: document(root, elements) };
}

/** S3's error document. An answer to HEAD has no body. What is not an {@link AwsError} is a fault of ours, of which it tells nothing. */
export function xmlError(error: unknown, method: string): AwsResponse {
  const internal = new AwsError("InternalError", "We encountered an internal error. Please try again.", 500);
  const { name, message, status, members } = error instanceof AwsError ? error : internal;
  const headers = s3Headers({ "content-type": "application/xml" });
  if (method === "HEAD" || status === 304) return { status, headers, body: "" };
  const RequestId = headers["x-amz-request-id"];
  // Without a namespace, as S3's own: botocore finds no code in one that has it.
  const elements = { Code: name, Message: message, ...(members as XmlElements), RequestId };
  return { status, headers, body: `${declaration}<Error>${write(elements)}</Error>` };
}

export const malformedXml = (): AwsError => new AwsError("MalformedXML", "The XML you provided was not well-formed");

export function s3Headers(headers: Readonly<Record<string, string>>): Record<string, string> {
  return { ...headers, "x-amz-request-id": randomUUID() };
}

/** The text of every element of this name, wherever it stands. */
export function textsOf(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].map(([, text = ""]) => unescapeXml(text));
}

function document(root: string, elements: XmlElements): string {
  return `${declaration}<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${write(elements)}</${root}>`;
}

function write(elements: XmlElements): string {
  return Object.entries(elements)
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((one) => [name, one] as const))
    .map(([name, value]) =>
      value === undefined ? "" : `<${name}>${typeof value === "object" ? write(value) : escapeXml(String(value))}</${name}>`,
    )
    .join("");
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"\r]/g, (character) => escapes[character] ?? character);
}

function unescapeXml(text: string): string {
  const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) =>
    name ? (named[name] ?? whole) : String.fromCodePoint(Number.parseInt(hex ?? decimal, hex ? 16 : 10)),
  );
}
