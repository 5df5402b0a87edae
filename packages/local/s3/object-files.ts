import { hash, randomUUID } from "node:crypto";
import { renameSync, rmSync } from "node:fs";
import { mkdir, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DamagedDataError } from "../disk-fault.ts";

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
export function objectsInFolder(folder: string, onNotice: (sentence: string) => void = () => undefined): ObjectFiles {
  const pathOf = (key: string) => join(folder, nameOf(key));
  return {
    load: async () => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const names = await readdir(folder);
      for (const name of names) {
        if (name.endsWith(temporary)) await rm(join(folder, name));
        else if (!objectName.test(name)) onNotice(`${join(folder, name)} is no object of the bucket, and is left alone.`);
      }
      const objects: StoredObject[] = []; // one after the other: a process has only so many file descriptors
      for (const name of names) if (objectName.test(name)) objects.push(await readDescription(folder, name));
      return objects;
    },
    prepare: async (object, body) => {
      const part = join(folder, `${randomUUID()}${temporary}`);
      try {
        await writeFile(part, [`${JSON.stringify(object)}\n`, body], { mode: 0o600 });
      } catch (error) {
        await rm(part, { force: true }); // on a full disk, leftovers would use more space
        throw error;
      }
      return () => renameSync(part, pathOf(object.key));
    },
    read: async (key) => {
      const bytes = await readFile(pathOf(key)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOENT") throw unreadable(pathOf(key), error);
      });
      if (bytes === undefined) return undefined;
      return { object: describedIn(bytes, bytes.length, pathOf(key)), body: bytes.subarray(bytes.indexOf("\n") + 1) };
    },
    remove: (key) => rmSync(pathOf(key), { force: true }),
  };
}

/** The first line is at most a key of 1 KiB and metadata of 2 KiB, escaped, and the standard headers. */
const maxLineBytes = 64 * 1024;

/** The name of an object's file. */
const nameOf = (key: string): string => hash("sha256", key);
const objectName = /^[0-9a-f]{64}$/;

async function readDescription(folder: string, name: string): Promise<StoredObject> {
  const path = join(folder, name);
  const file = await open(path).catch((error) => {
    throw unreadable(path, error);
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(maxLineBytes), 0, maxLineBytes, 0);
    const object = describedIn(buffer.subarray(0, bytesRead), (await file.stat()).size, path);
    if (nameOf(object.key) !== name) throw damaged(path);
    return object;
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    await file.close();
  }
}

/**
 * @param beginning of the file.
 * @param size of all of it.
 */
function describedIn(beginning: Buffer, size: number, path: string): StoredObject {
  const end = beginning.indexOf("\n");
  try {
    const object: StoredObject = JSON.parse(beginning.toString("utf8", 0, end));
    if (typeof object.key === "string" && object.size === size - end - 1) return object;
  } catch {
    // Damaged, like a description that does not fit the file.
  }
  throw damaged(path);
}

function unreadable(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined ? error : new DamagedDataError(`The object's file ${path} cannot be read (${code}).`);
}

const damaged = (path: string): DamagedDataError =>
  new DamagedDataError(`The object's file ${path} is damaged; put a copy in its place, or delete it: the object is lost then.`);
