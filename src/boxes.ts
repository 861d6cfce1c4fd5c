/**
 * Archives of one file, as pandas makes them of `x.pkl.zip` and `x.pkl.tar`: what is in them, within limits.
 *
 * @module
 */
import type { Source } from "./core/bytes/parse.ts";
import { type Codec, joined } from "./core/codecs/index.ts";
import { FormatError, LimitError, TruncatedError } from "./core/errors.ts";
import { ALL_METHODS, openZip, openZipSync, type ZipEntry, type ZipOptions, zipPieces } from "./core/zip/index.ts";
import type { Limits } from "./formats/pickle/index.ts";
import { sniff } from "./sniff.ts";
import { inMemory, toRanges } from "./sources/index.ts";

/** What a file is taken out of. */
export type Shell = Pick<Codec, "name" | "encode" | "ready">;

/** The only file of an archive. */
export interface Boxed {
  readonly shell: Shell;
  readonly content: Uint8Array;
}

const BLOCK = 512;
/** A tar is filled up to whole records. */
const RECORD = 20 * BLOCK;
const MAX_BYTES = 2 ** 31;

/** May these first bytes begin an archive of one file? Those of arrays and of torch are formats of their own. */
export function mayBeBox(head: Uint8Array): boolean {
  // PK, or the u of ustar: small pickles are asked this, too.
  if (head[0] === 0x50 ? head[1] !== 0x4b : head[257] !== 0x75) return false;
  return /^(zip|tar)$/.test(sniff(head).format);
}

/** Is this what brine reads? Text, pictures and tables in an archive are none of ours, and a pickle ends by a dot. */
function isOurs(content: Uint8Array): boolean {
  const { format } = sniff(content);
  if (format === "pickle") return content[0] === 0x80 || content[content.length - 1] === 0x2e;
  return /^(npy|npz|HDF5|torch|zip|gzip|zlib|bz2|xz|lzma|lz4|zstd|ZFile|tar)$/.test(format);
}

function checked(size: number, { maxBytes = MAX_BYTES }: Limits, format: string): void {
  if (size > maxBytes) throw new LimitError("maxBytes", maxBytes, size, { format });
}

/** The only file of a zip whose directory is known; null where there are more. */
function onlyEntry(entries: ReadonlyMap<string, ZipEntry>, limits: Limits): ZipEntry | null {
  const [entry, ...more] = entries.values();
  if (entry === undefined || entry.isFolder || more.length > 0) return null;
  checked(entry.size, limits, "zip");
  return entry;
}

function zipOptions({ maxRatio }: Limits): ZipOptions {
  return { methods: ALL_METHODS, maxRatio };
}

function fromZip({ name, method }: ZipEntry, content: Uint8Array): Boxed | null {
  if (!isOurs(content)) return null;
  const encode = (data: Uint8Array): Uint8Array => joined(zipPieces([{ name, data: [data], deflate: method !== 0 }]));
  return { shell: { name: "zip", encode }, content };
}

/** The only file of a zip or tar in memory; null where it is none of one file that brine reads. */
export function boxOf(bytes: Uint8Array, limits: Limits = {}): Boxed | null {
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) return tarOf(bytes);
  const zip = openZipSync(bytes, inMemory(bytes), zipOptions(limits));
  const entry = onlyEntry(zip.entries, limits);
  return entry === null ? null : fromZip(entry, zip.readSync(entry.name));
}

/** As {@link boxOf}, of a source; where it is none, the source that gives all of it still. */
export async function boxFrom(
  source: Source,
  head: Uint8Array,
  limits: Limits = {},
  signal?: AbortSignal,
): Promise<{ box: Boxed | null; source: Source }> {
  const ranges = await toRanges(source, signal, limits.maxBytes);
  if (head[0] === 0x50) {
    const zip = await openZip(ranges, { ...zipOptions(limits), signal });
    const entry = onlyEntry(zip.entries, limits);
    return { box: entry === null ? null : fromZip(entry, await zip.read(entry.name, signal)), source: ranges };
  }
  const size = ranges.size as number;
  checked(size, limits, "tar");
  const [whole] = (await ranges.read!([{ at: 0, size }], signal)) as [Uint8Array];
  return { box: tarOf(whole), source: ranges };
}

/** The only file of a tar; heads that tell more of it may stand before. */
function tarOf(bytes: Uint8Array): Boxed | null {
  let found: Boxed | null = null;
  for (let at = 0; at + BLOCK <= bytes.length && bytes[at] !== 0; ) {
    const field = String.fromCharCode(...bytes.subarray(at + 124, at + 136)).replace(/[ \0]+$/, "");
    if (!/^ *[0-7]{1,12}$/.test(field))
      throw new FormatError("the size of a file is no number", { format: "tar", offset: at });
    const size = Number.parseInt(field, 8);
    const start = at + BLOCK;
    if (start + size > bytes.length)
      throw new TruncatedError("the tar ends within a file", { format: "tar", offset: at });
    const kind = bytes[at + 156] as number;
    // "0", or nothing in old tars; "x", "g" and "L" tell of the next one.
    if (kind === 0 || kind === 0x30) {
      if (found !== null) return null;
      const content = bytes.subarray(start, start + size);
      const head = bytes.slice(0, start);
      found = { shell: { name: "tar", encode: (data) => tarred(head, data) }, content };
    } else if (!/[xgL]/.test(String.fromCharCode(kind))) return null;
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return found !== null && isOurs(found.content) ? found : null;
}

/** A tar of one file, with the head of another. */
function tarred(head: Uint8Array, data: Uint8Array): Uint8Array {
  const size = head.length + Math.ceil(data.length / BLOCK) * BLOCK + 2 * BLOCK;
  const out = new Uint8Array(Math.ceil(size / RECORD) * RECORD);
  out.set(head);
  out.set(data, head.length);
  const last = out.subarray(head.length - BLOCK, head.length);
  const put = (text: string, at: number): void => {
    for (let i = 0; i < text.length; i++) last[at + i] = text.charCodeAt(i);
  };
  put(`${data.length.toString(8).padStart(11, "0")}\0`, 124);
  // The sum's own field counts as blanks.
  put("        ", 148);
  put(
    `${last
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, "0")}\0 `,
    148,
  );
  return out;
}
