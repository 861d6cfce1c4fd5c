/**
 * Arrays in npy files: those of objects are pickles.
 *
 * @module
 */
import { isBrineError } from "../../core/errors.ts";
import { lengthSize, MAGIC, parseHeader } from "../../formats/npy/header.ts";
import { issue } from "./issue.ts";
import { scanPickles } from "./pickles.ts";
import type { Part, Scan } from "./scan.ts";

/** Arrays of one file that are looked into: `np.save` may be called many times with it. */
const MOST_ARRAYS = 100_000;

/** Looks into an npy file, array after array. */
export async function scanNpy(part: Part, scan: Scan): Promise<void> {
  const { bytes } = part;
  let start = 0;
  for (let count = 0; ; count++) {
    const head = headOf(bytes, start);
    if (head.broken) {
      const message = "The header of the npy file cannot be read, so what stands behind it is taken for a pickle.";
      scan.add(part, issue("not-inspected", "suspicious", start, message));
      await scanPickles({ ...part, loaded: false }, scan, head.end);
      return;
    }
    if (head.size === null) {
      await scanPickles({ ...part, loaded: true }, scan, head.end);
      return;
    }
    start = head.end + head.size;
    if (start >= bytes.length) return;
    if (!beginsNpy(bytes, start) || count === MOST_ARRAYS) break;
  }
  scan.pushRest(part, start);
}

function beginsNpy(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x93 && bytes[at + 1] === 0x4e && bytes[at + 2] === 0x55;
}

interface Head {
  /** Byte behind the header, as far as it is known. */
  readonly end: number;
  /** Bytes of the elements; null of objects. */
  readonly size: number | null;
  readonly broken: boolean;
}

/** The header of an array. */
function headOf(bytes: Uint8Array, at: number): Head {
  const rest = bytes.subarray(at);
  let end = 0;
  try {
    const width = lengthSize(rest);
    if (rest.length < MAGIC + width) return { end: at, size: null, broken: true };
    const view = new DataView(rest.buffer, rest.byteOffset, rest.byteLength);
    const length = width === 2 ? view.getUint16(MAGIC, true) : view.getUint32(MAGIC, true);
    end = MAGIC + width + length;
    if (end > rest.length) return { end: bytes.length, size: null, broken: true };
    const { dtype, shape } = parseHeader(rest.subarray(MAGIC + width, end), rest[6] as number, MAGIC + width);
    const size = shape.reduce((product, n) => product * n, dtype.itemsize);
    return { end: at + end, size: dtype.hasObject ? null : size, broken: false };
  } catch (e) {
    if (!isBrineError(e)) throw e;
    return { end: at + end, size: null, broken: true };
  }
}
