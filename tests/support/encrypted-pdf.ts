import { createHash } from "node:crypto";
import { pdfFile, stream } from "./pdf-file.ts";

/** ISO 32000-1, 7.6.3.3: what a password is filled up with to 32 bytes. */
const padding = Buffer.from("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a", "hex");
const permissions = -4;
const fileId = Buffer.alloc(16, 7);

/** A page that says `text`, encrypted as in PDF 1.4 (V 1, R 2, RC4 with 40 bits) so that it opens with `userPassword`. */
export function encryptedPdf(text: string, userPassword: string): Buffer {
  const padded = (password: string) => Buffer.concat([Buffer.from(password, "latin1"), padding]).subarray(0, 32);
  const owner = rc4(md5(padded("owner")).subarray(0, 5), padded(userPassword));
  const permissionBytes = Buffer.alloc(4);
  permissionBytes.writeInt32LE(permissions);
  const key = md5(padded(userPassword), owner, permissionBytes, fileId).subarray(0, 5);
  const encrypt = `/Encrypt<</Filter/Standard/V 1/R 2/O<${owner.toString("hex")}>/U<${rc4(key, padding).toString("hex")}>/P ${permissions}>>`;
  const contents = rc4(md5(key, Buffer.from([5, 0, 0, 0, 0])).subarray(0, 10), Buffer.from(`BT/F1 24 Tf 72 700 Td(${text})Tj ET`));
  const page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 5 0 R/Resources<</Font<</F1 4 0 R>>>>>>";
  const font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>";
  const objects = ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", page, font, stream("", contents)];
  return pdfFile(objects, `${encrypt}/ID[<${fileId.toString("hex")}><${fileId.toString("hex")}>]`);
}

const md5 = (...parts: readonly Uint8Array[]): Buffer => createHash("md5").update(Buffer.concat(parts)).digest();

/** Node's OpenSSL has it no more. */
function rc4(key: Uint8Array, content: Uint8Array): Buffer {
  const state = Uint8Array.from({ length: 256 }, (_, index) => index);
  const at = (index: number): number => state[index & 255] ?? 0;
  const swap = (one: number, other: number): void => {
    [state[one], state[other]] = [at(other), at(one)];
  };
  for (let index = 0, other = 0; index < 256; index++) {
    other = (other + at(index) + (key[index % key.length] ?? 0)) & 255;
    swap(index, other);
  }
  let [one, other] = [0, 0];
  return Buffer.from(content).map((byte) => {
    one = (one + 1) & 255;
    other = (other + at(one)) & 255;
    swap(one, other);
    return byte ^ at(at(one) + at(other));
  }) as Buffer;
}
