import type { AwsResponse } from "../aws.ts";
import { AwsError } from "../aws.ts";
import { type BucketStore, compareKeys } from "./bucket-store.ts";
import type { StoredObject } from "./object-files.ts";
import type { S3Request } from "./s3-request.ts";
import { type XmlElements, xmlAnswer } from "./xml.ts";

/** An object, or all those whose keys are equal up to the delimiter. */
interface Entry {
  readonly name: string;
  /** None of a common prefix. */
  readonly object?: StoredObject;
}

interface Page {
  readonly entries: readonly Entry[];
  /** The last name of the page; none where no more follow. */
  readonly next: string | undefined;
  /** The members that both versions of the list answer. */
  readonly elements: XmlElements;
  readonly encode: (text: string) => string;
}

const maxKeysOfPage = 1000;

/** The list with continuation tokens. */
export function listObjectsV2(store: BucketStore, request: S3Request): AwsResponse {
  const token = request.query.get("continuation-token");
  const startAfter = request.query.get("start-after") ?? "";
  const { entries, next, elements, encode } = page(
    store,
    request,
    token === null ? startAfter : Buffer.from(token, "base64url").toString(),
  );
  return xmlAnswer("ListBucketResult", {
    ...elements,
    KeyCount: entries.length,
    StartAfter: startAfter === "" ? undefined : encode(startAfter),
    ContinuationToken: token ?? undefined,
    NextContinuationToken: next && Buffer.from(next).toString("base64url"),
  });
}

/** The older list, which goes on after a key. boto3's `bucket.objects` calls it. */
export function listObjects(store: BucketStore, request: S3Request): AwsResponse {
  const marker = request.query.get("marker") ?? "";
  const { next, elements, encode } = page(store, request, marker);
  return xmlAnswer("ListBucketResult", { ...elements, Marker: encode(marker), NextMarker: next && encode(next) });
}

function page(store: BucketStore, { bucket, query }: S3Request, after: string): Page {
  const [prefix, delimiter] = [query.get("prefix") ?? "", query.get("delimiter") ?? ""];
  const maxKeys = Math.min(Number(query.get("max-keys") ?? maxKeysOfPage), maxKeysOfPage);
  if (!(maxKeys >= 0)) throw new AwsError("InvalidArgument", "Provided max-keys not an integer or within integer range");
  const found = entriesOf(store.list(bucket, prefix), prefix, delimiter).filter(({ name }) => compareKeys(name, after) > 0);
  const entries = found.slice(0, maxKeys);
  const next = entries.length < found.length ? entries.at(-1)?.name : undefined;
  const encoding = query.get("encoding-type") ?? undefined;
  const encode = encoding === "url" ? encodeURIComponent : String;
  const elements = {
    Name: bucket,
    Prefix: encode(prefix),
    Delimiter: delimiter === "" ? undefined : encode(delimiter),
    MaxKeys: maxKeys,
    IsTruncated: next !== undefined,
    EncodingType: encoding,
    Contents: entries.flatMap(({ object }) => (object === undefined ? [] : [listed(object, encode)])),
    CommonPrefixes: entries.flatMap(({ name, object }) => (object === undefined ? [{ Prefix: encode(name) }] : [])),
  };
  return { entries, next, elements, encode };
}

/** Objects in the order of their keys; those that share a common prefix become one entry, in the place of the first. */
function entriesOf(objects: readonly StoredObject[], prefix: string, delimiter: string): Entry[] {
  const prefixes = new Set<string>();
  return objects.flatMap((object) => {
    const at = delimiter === "" ? -1 : object.key.indexOf(delimiter, prefix.length);
    if (at < 0) return [{ name: object.key, object }];
    const name = object.key.slice(0, at + delimiter.length);
    if (prefixes.has(name)) return [];
    prefixes.add(name);
    return [{ name }];
  });
}

function listed({ key, lastModified, etag, size }: StoredObject, encode: (text: string) => string): XmlElements {
  return { Key: encode(key), LastModified: new Date(lastModified).toISOString(), ETag: etag, Size: size, StorageClass: "STANDARD" };
}
