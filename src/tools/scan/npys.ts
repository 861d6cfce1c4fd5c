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

/** Looks into an npy file. */
export async function scanNpy(part: Part, scan: Scan): Promise<void> {
  const { bytes } = part;
  let start = 0;
  try {
    const width = lengthSize(bytes);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.length < MAGIC + width) throw new RangeError("short");
    const length = width === 2 ? view.getUint16(MAGIC, true) : view.getUint32(MAGIC, true);
    start = MAGIC + width + length;
    if (start > bytes.length) throw new RangeError("short");
    const { dtype } = parseHeader(bytes.subarray(MAGIC + width, start), bytes[6] as number, MAGIC + width);
    if (!dtype.hasObject) return;
  } catch (e) {
    if (!isBrineError(e) && !(e instanceof RangeError)) throw e;
    const message = "The header of the npy file cannot be read, so what stands behind it is taken for a pickle.";
    scan.add(part, issue("not-inspected", "suspicious", 0, message));
    await scanPickles({ ...part, loaded: false }, scan, Math.min(start, bytes.length));
    return;
  }
  await scanPickles({ ...part, loaded: true }, scan, start);
}
