/**
 * The superblock (specification, section II): versions 0 to 3, behind a user block of any size.
 *
 * @module
 */
import { FormatError, TruncatedError } from "../../../core/errors.ts";
import { Cursor, NOWHERE, type Sizes } from "./cursor.ts";
import { verify } from "./lookup3.ts";
import type { Reading, Store } from "./store.ts";

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** What the superblock says of the file. */
export interface Superblock {
  readonly version: number;
  readonly sizes: Sizes;
  /** Address of the root group's object header. */
  readonly root: number;
  /** Object header of the superblock's extension, or {@link NOWHERE}. */
  readonly extension: number;
  /** Bytes before the superblock. */
  readonly userblock: number;
}

/** Finds and reads the superblock; throws `FormatError` where there is none. */
export function* superblock(store: Store): Reading<Superblock> {
  for (let at = 0; at + 48 <= store.size; at = at === 0 ? 512 : at * 2) {
    const head = yield* store.get(at, 8);
    if (SIGNATURE.every((byte, i) => head[i] === byte)) {
      store.base = at;
      return yield* readSuperblock(store, at);
    }
  }
  throw new FormatError("this is no HDF5 file: it has no superblock", { path: store.name, format: "hdf5" });
}

function* readSuperblock(store: Store, userblock: number): Reading<Superblock> {
  const bytes = yield* store.get(0, Math.min(128, store.size - userblock));
  const plain = new Cursor(bytes, { offsets: 8, lengths: 8 }, userblock).skip(8);
  const version = plain.version("superblock", 0, 1, 2, 3);
  if (version < 2) plain.skip(4);
  const sizes: Sizes = { offsets: plain.u8(), lengths: plain.u8() };
  for (const size of [sizes.offsets, sizes.lengths]) {
    if (![2, 4, 8, 16, 32].includes(size)) throw plain.bad(`addresses of ${size} bytes are not known`, 1);
  }
  const c = new Cursor(bytes, sizes, userblock);
  let extension = NOWHERE;
  let root: number;
  if (version < 2) {
    c.skip(version === 0 ? 24 : 28);
    c.offset(); // base address
    c.offset(); // free space
    whole(store, c.offset());
    c.offset(); // driver information
    c.offset(); // name of the root
    root = c.offset();
  } else {
    c.skip(12);
    c.offset(); // base address
    extension = c.offset();
    whole(store, c.offset());
    root = c.offset();
    verify("superblock", bytes.subarray(0, c.at + 4), userblock);
  }
  if (root === NOWHERE) throw c.bad("the file has no root group", sizes.offsets);
  return { version, sizes, root, extension, userblock };
}

/** Throws `TruncatedError` when the file is shorter than it says. */
function whole(store: Store, end: number): void {
  // The user block counts.
  if (end !== NOWHERE && end > store.size) {
    throw new TruncatedError(`the file has ${store.size} bytes, and says that it has ${end}`, {
      offset: store.size,
      path: store.name,
      format: "hdf5",
    });
  }
}
