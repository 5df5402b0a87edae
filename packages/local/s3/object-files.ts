import { createHash, randomUUID } from "node:crypto";
import { renameSync, rmSync } from "node:fs";
import { mkdir, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What S3 keeps of an object beside its bytes. */
export interface StoredObject {
  readonly key: string;
  readonly size: number;
  /** Quoted, as in the `ETag` header. */
  readonly etag: string;
  /** Milliseconds since 1970. */
  readonly lastModified: number;
  /** The headers that a GET returns: `content-type`, `x-amz-meta-…` and the like. */
  readonly headers: Readonly<Record<string, string>>;
  /** `x-amz-checksum-…` headers, as the upload named them. */
  readonly checksums: Readonly<Record<string, string>>;
}

/** The ETag of bytes that come in one request, quoted. */
export const etagOf = (bytes: Buffer): string => `"${createHash("md5").update(bytes).digest("hex")}"`;

/** Where the bytes of one bucket lie. */
export interface ObjectFiles {
  load(): Promise<StoredObject[]>;
  /** Takes the bytes in; what it returns makes them the object, at once and whole. */
  prepare(object: StoredObject, body: Buffer): Promise<() => void>;
  /** The object and its bytes of one and the same upload, or nothing. */
  read(key: string): Promise<{ readonly object: StoredObject; readonly body: Buffer } | undefined>;
  remove(key: string): void;
  /** Resolves when no bytes are being taken in. */
  settled(): Promise<void>;
}

export class ObjectsInMemory implements ObjectFiles {
  readonly #objects = new Map<string, { object: StoredObject; body: Buffer }>();

  async load(): Promise<StoredObject[]> {
    return [];
  }

  async prepare(object: StoredObject, body: Buffer): Promise<() => void> {
    return () => this.#objects.set(object.key, { object, body });
  }

  async read(key: string): Promise<{ object: StoredObject; body: Buffer } | undefined> {
    return this.#objects.get(key);
  }

  remove(key: string): void {
    this.#objects.delete(key);
  }

  async settled(): Promise<void> {
    return undefined;
  }
}

const temporary = ".part";
// The longest line: a key of 1 KiB and metadata of 2 KiB, escaped, and the standard headers.
const longestLine = 64 * 1024;

/**
 * One file an object: a line of JSON, then the bytes, so that both change in one rename.
 * Its name is a hash of the key: no key can point out of the folder or be too long for the file system.
 */
export class ObjectsInFolder implements ObjectFiles {
  readonly #folder: string;
  readonly #taking = new Set<Promise<void>>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async load(): Promise<StoredObject[]> {
    await mkdir(this.#folder, { recursive: true });
    const objects: StoredObject[] = [];
    for (const name of await readdir(this.#folder)) {
      if (name.endsWith(temporary)) await rm(join(this.#folder, name));
      else objects.push(await readFirstLine(join(this.#folder, name)));
    }
    return objects;
  }

  async prepare(object: StoredObject, body: Buffer): Promise<() => void> {
    const part = join(this.#folder, `${randomUUID()}${temporary}`);
    const taking = writeFile(part, [`${JSON.stringify(object)}\n`, body]);
    this.#taking.add(taking);
    try {
      await taking;
    } catch (error) {
      await rm(part, { force: true }); // on a full disk, what is left over fills it further
      throw error;
    } finally {
      this.#taking.delete(taking);
    }
    return () => renameSync(part, this.#path(object.key));
  }

  async read(key: string): Promise<{ object: StoredObject; body: Buffer } | undefined> {
    const bytes = await readFile(this.#path(key)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
    if (bytes === undefined) return undefined;
    const end = bytes.indexOf("\n");
    return { object: JSON.parse(bytes.toString("utf8", 0, end)), body: bytes.subarray(end + 1) };
  }

  remove(key: string): void {
    rmSync(this.#path(key), { force: true });
  }

  async settled(): Promise<void> {
    await Promise.allSettled(this.#taking);
  }

  #path(key: string): string {
    return join(this.#folder, createHash("sha256").update(key).digest("hex"));
  }
}

async function readFirstLine(path: string): Promise<StoredObject> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(longestLine), 0, longestLine, 0);
    return JSON.parse(buffer.toString("utf8", 0, buffer.subarray(0, bytesRead).indexOf("\n")));
  } finally {
    await file.close();
  }
}
