import { hash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { AwsRequest } from "../aws.ts";
import { AwsError } from "../aws.ts";
import type { Upload } from "./bucket-store.ts";

const keptHeaders = ["cache-control", "content-disposition", "content-encoding", "content-language", "content-type", "expires"];

/** The checksums by their header, in base64. */
const digests: Readonly<Record<string, (body: Buffer) => string | Promise<string>>> = {
  "x-amz-checksum-crc32": (body) => Buffer.from(crc32(body).toString(16).padStart(8, "0"), "hex").toString("base64"),
  "x-amz-checksum-crc32c": (body) => crcOfSdk("Crc32c", body),
  "x-amz-checksum-crc64nvme": (body) => crcOfSdk("Crc64Nvme", body),
  "x-amz-checksum-sha1": (body) => hash("sha1", body, "base64"),
  "x-amz-checksum-sha256": (body) => hash("sha256", body, "base64"),
};

/** By the SDK's own code. It is slow to load, and most uploads have a CRC-32. */
async function crcOfSdk(algorithm: "Crc32c" | "Crc64Nvme", body: Buffer): Promise<string> {
  const checksum = new (await import("@aws-sdk/checksums/crc"))[algorithm]();
  checksum.update(body);
  return Buffer.from(await checksum.digest()).toString("base64");
}

/**
 * Reads an upload: its bytes, out of their chunks where they came in chunks, and the headers that are kept.
 *
 * @throws BadDigest, InvalidDigest, IncompleteBody, and NotImplemented for a checksum of checksums or of another kind.
 */
export async function readUpload({ headers, body: raw }: Pick<AwsRequest, "headers" | "body">): Promise<Upload> {
  const chunked = headers["x-amz-content-sha256"]?.startsWith("STREAMING-") || headers["content-encoding"]?.includes("aws-chunked");
  const { body, trailers } = chunked ? readChunks(raw) : { body: raw, trailers: {} };
  const declared = headers["x-amz-decoded-content-length"];
  if (declared !== undefined && Number(declared) !== body.length) throw incompleteBody();
  checkMd5(headers["content-md5"], body);
  return { body, headers: headersToKeep(headers), checksums: await checkedSums({ ...headers, ...trailers }, body) };
}

/** The headers that a GET of the object returns. */
export function headersToKeep(headers: AwsRequest["headers"]): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => keptHeaders.includes(name) || name.startsWith("x-amz-meta-"));
  const encodings = headers["content-encoding"]?.split(",").map((encoding) => encoding.trim());
  const encoding = encodings?.filter((name) => name !== "" && name !== "aws-chunked").join(",") ?? "";
  const result = { "content-type": "binary/octet-stream", ...Object.fromEntries(kept), "content-encoding": encoding };
  return Object.fromEntries(Object.entries(result).filter(([, value]) => value !== ""));
}

function checkMd5(given: string | undefined, body: Buffer): void {
  if (given === undefined) return;
  if (Buffer.from(given, "base64").length !== 16) throw new AwsError("InvalidDigest", "The Content-MD5 you specified was invalid.");
  if (hash("md5", body, "base64") !== given) {
    throw new AwsError("BadDigest", "The Content-MD5 you specified did not match what we received.");
  }
}

/**
 * The checksums among the headers, verified.
 *
 * @throws BadDigest, and NotImplemented for a checksum of checksums or of another kind.
 */
export async function checkedSums(headers: Readonly<Record<string, string>>, body: Buffer): Promise<Record<string, string>> {
  const sums: Record<string, string> = {};
  for (const [name, given] of Object.entries(headers)) {
    if (!name.startsWith("x-amz-checksum-") || /-(algorithm|mode|type)$/.test(name)) continue;
    const digest = digests[name];
    if (digest === undefined) throw new AwsError("NotImplemented", `The local S3 does not verify ${name}.`, 501);
    if (/-\d+$/.test(given)) throw new AwsError("NotImplemented", `The local S3 does not verify a ${name} of checksums.`, 501);
    if ((await digest(body)) !== given) {
      const algorithm = name.slice("x-amz-checksum-".length).toUpperCase();
      throw new AwsError("BadDigest", `The ${algorithm} you specified did not match the calculated checksum.`);
    }
    sums[name] = given;
  }
  return sums;
}

/**
 * Decodes an `aws-chunked` body: chunks of a hexadecimal size, then trailers as header lines.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 */
function readChunks(raw: Buffer): { body: Buffer; trailers: Record<string, string> } {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = raw.indexOf("\r\n", at);
    const size = Number.parseInt(raw.toString("latin1", at, lineEnd), 16);
    const start = lineEnd + 2;
    if (lineEnd < 0 || Number.isNaN(size) || start + size > raw.length) throw incompleteBody();
    if (size === 0) return { body: Buffer.concat(chunks), trailers: readTrailers(raw.toString("latin1", start)) };
    chunks.push(raw.subarray(start, start + size));
    at = start + size + 2;
  }
}

function readTrailers(lines: string): Record<string, string> {
  const trailers = lines.split("\r\n").filter((line) => line.includes(":"));
  return Object.fromEntries(
    trailers.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase().trim(), line.slice(line.indexOf(":") + 1).trim()]),
  );
}

function incompleteBody(): AwsError {
  return new AwsError("IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header");
}
