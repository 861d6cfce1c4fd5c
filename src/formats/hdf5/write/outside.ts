/**
 * Elements that stand in other files (external storage), on their way there.
 *
 * @module
 */
import { patchNow } from "#platform";
import { SourceError } from "../../../core/errors.ts";
import { asBytes } from "../../../sources/index.ts";
import type { ExternalPart } from "../data.ts";
import type { OutsidePiece } from "./image.ts";

/** Cuts elements into the parts of the files that hold them, one behind the other. */
export function outsidePieces(parts: readonly ExternalPart[], bytes: Uint8Array): OutsidePiece[] {
  const out: OutsidePiece[] = [];
  let done = 0;
  for (const { file, at, size } of parts) {
    if (done >= bytes.length) break;
    const end = size < 0 ? bytes.length : Math.min(bytes.length, done + size);
    out.push({ file, at, bytes: bytes.subarray(done, end) });
    done = end;
  }
  return out;
}

/**
 * Writes elements where `external` says: into the file at a path, which is made when it is not there, or into the bytes
 * that it gives. Throws `SourceError` where it gives nothing, and `RangeError` where the bytes are too few.
 */
export function putOutside(
  pieces: readonly OutsidePiece[],
  external: (name: string) => Uint8Array | ArrayBufferLike | string | undefined,
): void {
  for (const { file, at, bytes } of pieces) {
    const found = external(file);
    if (typeof found === "string") {
      patchNow(found, [[{ at, bytes }]], true);
      continue;
    }
    const target = asBytes(found);
    if (target === null) {
      throw new SourceError(`elements belong into the file ${file}, for which { external } gives nothing`, {
        path: file,
        format: "hdf5",
      });
    }
    if (at + bytes.length > target.length) {
      throw new RangeError(`${file} has ${target.length} bytes, ${bytes.length} more belong behind byte ${at} of it`);
    }
    target.set(bytes, at);
  }
}
