/**
 * Byte order of raw items, as joblib makes it the machine's own.
 *
 * @module
 */
import { swapItems } from "#platform";
import { type DType, sizeOf } from "../../core/ndarray/index.ts";

/** Does joblib turn arrays of this dtype: big-endian items, or records whose fields all are. */
export function isForeign(dtype: DType): boolean {
  if (dtype.fields === null) return dtype.byteorder === ">";
  const fields = [...dtype.fields.values()];
  return fields.length > 0 && fields.every((field) => field.dtype.byteorder === ">");
}

/** A run of numbers in an item: `count` of `size` bytes from `offset` on. */
interface Run {
  readonly offset: number;
  readonly size: number;
  readonly count: number;
}

function runsOf(dtype: DType, offset: number): Run[] {
  const { base, fields, kind, itemsize } = dtype;
  if (base !== null) {
    const runs: Run[] = [];
    for (let i = 0; i < sizeOf(dtype.shape); i++) runs.push(...runsOf(base, offset + i * base.itemsize));
    return runs;
  }
  if (fields !== null) return [...fields.values()].flatMap((field) => runsOf(field.dtype, offset + field.offset));
  if (dtype.byteorder !== ">") return [];
  if (kind === "U") return [{ offset, size: 4, count: itemsize / 4 }];
  if (kind === "c") return [{ offset, size: itemsize / 2, count: 2 }];
  return [{ offset, size: itemsize, count: 1 }];
}

/** Turns every big-endian number of the items, in place. */
export function turnBytes(dtype: DType, bytes: Uint8Array): void {
  const runs = runsOf(dtype, 0);
  const [only] = runs;
  if (only !== undefined && only.size * only.count === dtype.itemsize && [2, 4, 8].includes(only.size)) {
    swapItems(bytes, only.size);
    return;
  }
  for (const { offset, size, count } of runs) {
    for (let item = offset; item < bytes.length; item += dtype.itemsize) {
      for (let at = item; at < item + size * count; at += size) {
        for (let low = at, high = at + size - 1; low < high; low++, high--) {
          const first = bytes[low]!;
          bytes[low] = bytes[high]!;
          bytes[high] = first;
        }
      }
    }
  }
}
