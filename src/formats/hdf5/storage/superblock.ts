/**
 * The superblock (specification, section II): versions 0 to 3, behind a user block of any size.
 *
 * @module
 */
import { FormatError } from "../../../core/errors.ts";
import { Cursor, NOWHERE, type Sizes } from "./cursor.ts";
import { verify } from "./lookup3.ts";
import type { Reading, Store } from "./store.ts";

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** What the superblock says of the file. */
export interface Superblock {
  readonly version: number;
  readonly sizes: Sizes;
  /** Address of the root group's object header, as it stands there: files of several parts have high ones. */
  readonly root: Uint8Array;
  /** Object header of the superblock's extension, or {@link NOWHERE}. */
  readonly extension: number;
  /** Address of the driver information block, or {@link NOWHERE}. */
  readonly driver: number;
  /** First byte of the file that is not its own; what lies behind it is refused, as libhdf5 does. */
  readonly end: number;
  /** Is the file marked as open for writing? */
  readonly isBeingWritten: boolean;
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
  const what = store.size === 0 ? "it is empty" : "it has no superblock";
  throw new FormatError(`this is no HDF5 file: ${what}`, { path: store.name, format: "hdf5" });
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
  let driver = NOWHERE;
  let root: Uint8Array;
  let base: number;
  let end: number;
  if (version < 2) {
    c.skip(version === 0 ? 24 : 28);
    base = c.offset();
    c.offset(); // free space
    end = endOf(c);
    driver = c.offset();
    c.length(); // name of the root
    root = c.take(sizes.offsets);
  } else {
    c.skip(12);
    base = c.offset();
    extension = c.offset();
    end = endOf(c);
    root = c.take(sizes.offsets);
    verify("superblock", bytes.subarray(0, c.at + 4), userblock);
  }
  if (root.every((byte) => byte === 0xff)) throw c.bad("the file has no root group", sizes.offsets);
  // Bit 0: open for writing; bit 2: open for writing while others read.
  const isBeingWritten = version > 2 && ((bytes[11] as number) & 5) !== 0;
  // The user block counts, also one that was put before the file later.
  end = end === NOWHERE ? store.size : end + (base === NOWHERE ? 0 : userblock - base);
  return { version, sizes, root, extension, driver, end, isBeingWritten, userblock };
}

/** The end of the file, infinite where no number can hold it: files of several parts have such addresses. */
function endOf(c: Cursor): number {
  const bytes = c.take(c.sizes.offsets);
  const high = bytes.subarray(7).some((byte) => byte !== 0) || (bytes[6] ?? 0) > 31;
  if (high && !bytes.every((byte) => byte === 0xff)) return Number.POSITIVE_INFINITY;
  return new Cursor(bytes, { offsets: bytes.length, lengths: 8 }).offset();
}
