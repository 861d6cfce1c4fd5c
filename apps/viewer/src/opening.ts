/**
 * Opening files of all kinds.
 *
 * @module
 */
import { AsyncFile } from "../../../src/formats/hdf5/index.ts";
import { traced } from "../../../src/formats/pickle/tools/index.ts";
import { isOfFamily } from "../../../src/lazy.ts";
import { sniff } from "../../../src/sniff.ts";
import { inspect } from "../../../src/tools/inspect/index.ts";
import { hdf5Item } from "./hdf5.ts";
import { type Item, nodeItem } from "./item.ts";
import type { Input } from "./protocol.ts";

/** A file that is open. */
export interface OpenFile {
  readonly root: Item;
  readonly format: string;
  readonly size: number | undefined;
  readonly rest: string | undefined;
  /** Its bytes, where it is small enough for its opcodes to be listed. */
  readonly bytes: Uint8Array | null;
  readonly source: Blob | URL;
}

/** Files up to this are told of byte by byte. */
const SMALL = 1 << 25;
/** Arrays of files larger than this stay in them; at an address, of all whose name says that they hold arrays. */
const LARGE = 1 << 26;
const ARRAYS = /\.(npy|npz)$/i;
const HEAD = 1024;

/** Opens a file or an address. Throws as `load` of brine. */
export async function openFile(
  { name, file, url, encoding }: Input,
  onProgress: (read: number, total: number | undefined) => void,
): Promise<OpenFile> {
  const source = file ?? new URL(url as string);
  const isModel = /\.keras$/i.test(name);
  if (isModel) {
    const { modelItem } = await import("./model.ts");
    return {
      root: await modelItem(source, name),
      format: "Keras",
      size: file?.size,
      rest: undefined,
      bytes: null,
      source,
    };
  }
  const head = file === undefined ? null : new Uint8Array(await file.slice(0, HEAD).arrayBuffer());
  const format = head === null ? null : sniff(head).format;
  const named = ARRAYS.exec(new URL(url ?? "file:").pathname)?.[1]?.toLowerCase();
  const large =
    file === undefined ? named : file.size > LARGE && /^(npy|npz|pickle)$/.test(format ?? "") ? format : null;
  if (large) {
    const { largeItem } = await import("./large.ts");
    const root = await largeItem(source, large, name);
    return { root, format: large, size: file?.size, rest: undefined, bytes: null, source };
  }
  const isSmall = file !== undefined && file.size <= SMALL && format === "pickle";
  const bytes = isSmall ? new Uint8Array(await file.arrayBuffer()) : null;
  let rest: string | undefined;
  const root = await inspect(source, {
    name,
    offsets: bytes !== null && !holdsFamily(bytes),
    onProgress,
    onRest: (_, error) => {
      rest = error.message;
    },
    ...(encoding === undefined ? {} : { encoding }),
  });
  const { value } = root;
  const isHdf5 = value instanceof AsyncFile;
  return {
    root: isHdf5 ? hdf5Item(value, name) : nodeItem(root),
    format: isHdf5 ? "HDF5" : (format ?? "file"),
    size: file?.size,
    rest,
    bytes,
    source,
  };
}

/** Frames and models are no longer what stands in the pickle: places within them cannot be told. */
function holdsFamily(bytes: Uint8Array): boolean {
  return traced(bytes).globals.some(({ module, name }) => isOfFamily(`${module}.${name}`));
}
