/**
 * Rows of files whose arrays need not be read to be listed: npz by the headers of its arrays, torch by its pickle.
 *
 * @module
 */
import { constants, inflateRawSync } from "node:zlib";
import { runSync, type Source } from "../core/bytes/parse.ts";
import { Reader, run } from "../core/bytes/reader.ts";
import { isBrineError } from "../core/errors.ts";
import { repr } from "../core/values/repr.ts";
import { openZip, parseZipPlace, type ZipEntry } from "../core/zip/index.ts";
import { parseNpyHeader } from "../formats/npy/index.ts";
import { openPath } from "../platform/filesource.ts";
import { HEAD, sniff } from "../sniff.ts";
import { open as openTorch } from "../torch.ts";
import { type Entry, entryAt } from "./entries.ts";

/** Bytes of an array's file that are read for its header: NumPy's own limit is 10 000. */
const ENOUGH = 1 << 14;
/** Bits of a zip's flags that say that a file is encrypted. */
const ENCRYPTED = 0x41;

/** Does something with the root row of a file that is listed by its heads; false for every other, and for bad ones. */
export async function withHeads(file: string, use: (root: Entry) => void): Promise<boolean> {
  if (file === "-") return false;
  const source = await openPath(file);
  try {
    const { read, size } = source;
    if (read === undefined || size === undefined) return false;
    const [head] = (await read([{ at: 0, size: Math.min(HEAD, size) }])) as [Uint8Array];
    const { format } = sniff(head);
    const root = format === "npz" ? await npzEntry(source, file) : null;
    if (root !== null) use(root);
    else if (format === "torch" && head[0] === 0x50) {
      const torch = await openTorch(file);
      try {
        use(entryAt(torch.value, file, ""));
      } finally {
        await torch.close();
      }
    } else return false;
    return true;
  } catch (e) {
    // What is wrong is told by those who read all of it.
    if (isBrineError(e) || /^Z_/.test(String((e as { code?: unknown }).code))) return false;
    throw e;
  } finally {
    await source.close?.();
  }
}

/** The arrays of an npz; null where it holds something else, too. */
async function npzEntry(source: Source, name: string): Promise<Entry | null> {
  const zip = await openZip(source);
  const rows: Entry[] = [];
  for (const entry of zip.entries.values()) {
    const known = entry.method === 0 || entry.method === 8;
    if (!entry.name.endsWith(".npy") || !known || (entry.flags & ENCRYPTED) !== 0) return null;
    rows.push(arrayEntry(`[${repr(entry.name.slice(0, -4))}]`, await headOf(source, entry)));
  }
  const extent = String(rows.length);
  const blank = { type: "", identity: zip, plain: { length: rows.length }, details: () => [] };
  return { name, path: "", kind: "dict", extent, ...blank, children: () => rows };
}

/** The first bytes of a file in a zip. */
async function headOf(source: Source, entry: ZipEntry): Promise<Uint8Array> {
  const at = await run(parseZipPlace(entry), new Reader({ ...source, streaming: false }, {}));
  const read = source.read as NonNullable<Source["read"]>;
  const [bytes] = (await read([{ at, size: Math.min(ENOUGH, entry.packedSize) }])) as [Uint8Array];
  return entry.method === 0 ? bytes : inflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
}

function arrayEntry(name: string, head: Uint8Array): Entry {
  const { dtype, shape } = runSync(parseNpyHeader({ maxHeaderSize: ENOUGH }), head);
  return {
    name,
    path: name,
    kind: "ndarray",
    extent: shape.length === 0 ? "SCALAR" : shape.join(", "),
    plain: { shape: [...shape] },
    type: String(dtype),
    identity: undefined,
    details: () => [],
    children: () => [],
  };
}
