/** `ftyp`, which the brand of a file of ISO/IEC 14496-12 follows. */
const fileType = "^.{8}66747970";

/**
 * Kinds of files that are sent and are not read, each with its first 16 bytes in hexadecimal digits.
 *
 * @see https://www.iana.org/assignments/media-types/media-types.xhtml
 */
export const foreignKinds: Readonly<Record<string, RegExp>> = {
  GIF: /^474946383[79]61/,
  BMP: /^424d.{8}00000000.{8}[0-7][048c]00/,
  HEIC: new RegExp(`${fileType}(6865[69]|68657663|6d696631|6d736631)`),
  AVIF: new RegExp(`${fileType}6176696`),
  "JPEG 2000": /^(0000000c6a502020|ff4fff51)/,
  "JPEG XL": /^(0000000c4a584c20|ff0a)/,
  "JPEG XR": /^4949bc/,
  PSD: /^38425053/,
  DjVu: /^41542654464f524d/,
  PostScript: /^25215053/,
  RTF: /^7b5c727466/,
  "a ZIP archive, as .docx and .xlsx are": /^504b0304/,
  "an older Office document": /^d0cf11e0a1b11ae1/,
};
