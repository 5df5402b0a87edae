import { createHash, randomUUID } from "node:crypto";
import { renameSync, rmSync } from "node:fs";
import { mkdir, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The description of an object that S3 keeps beside its bytes. */
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

/** An object and its bytes, of one and the same upload. */
export interface ObjectWithBody {
  readonly object: StoredObject;
  readonly body: Buffer;
}

/** The storage of one bucket's objects. */
export interface ObjectFiles {
  load(): Promise<StoredObject[]>;
  /** Stores the bytes; the function that it returns makes them the object, atomically. */
  prepare(object: StoredObject, body: Buffer): Promise<() => void>;
  read(key: string): Promise<ObjectWithBody | undefined>;
  remove(key: string): void;
}

export function objectsInMemory(): ObjectFiles {
  const objects = new Map<string, ObjectWithBody>();
  return {
    load: async () => [],
    prepare: async (object, body) => () => void objects.set(object.key, { object, body }),
    read: async (key) => objects.get(key),
    remove: (key) => void objects.delete(key),
  };
}

const temporary = ".part";

/**
 * One file an object: a line of JSON, then the bytes, so that both change in one rename.
 * Its name is a hash of the key: no key can point out of the folder or be too long for the file system.
 */
export function objectsInFolder(folder: string): ObjectFiles {
  const pathOf = (key: string) => join(folder, createHash("sha256").update(key).digest("hex"));
  return {
    load: async () => {
      await mkdir(folder, { recursive: true });
      const names = await readdir(folder);
      for (const name of names) if (name.endsWith(temporary)) await rm(join(folder, name));
      return Promise.all(names.filter((name) => !name.endsWith(temporary)).map((name) => readFirstLine(join(folder, name))));
    },
    prepare: async (object, body) => {
      const part = join(folder, `${randomUUID()}${temporary}`);
      try {
        await writeFile(part, [`${JSON.stringify(object)}\n`, body]);
      } catch (error) {
        await rm(part, { force: true }); // on a full disk, leftovers would use more space
        throw error;
      }
      return () => renameSync(part, pathOf(object.key));
    },
    read: async (key) => {
      const bytes = await readFile(pathOf(key)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOENT") throw error;
      });
      if (bytes === undefined) return undefined;
      const end = bytes.indexOf("\n");
      return { object: JSON.parse(bytes.toString("utf8", 0, end)), body: bytes.subarray(end + 1) };
    },
    remove: (key) => rmSync(pathOf(key), { force: true }),
  };
}

/** The first line is at most a key of 1 KiB and metadata of 2 KiB, escaped, and the standard headers. */
const maxLineBytes = 64 * 1024;

async function readFirstLine(path: string): Promise<StoredObject> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(maxLineBytes), 0, maxLineBytes, 0);
    return JSON.parse(buffer.toString("utf8", 0, buffer.subarray(0, bytesRead).indexOf("\n")));
  } finally {
    await file.close();
  }
}
