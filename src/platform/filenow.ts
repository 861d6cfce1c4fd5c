/**
 * Files that are read at once, by place.
 *
 * @module
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { SourceError } from "../core/errors.ts";
import { fileError, pathOf } from "./files.ts";

/** An open file: `read` gives bytes from a place, fewer only at the end. */
export interface OpenedFile {
  readonly size: number;
  read(at: number, size: number, into?: Uint8Array): Uint8Array;
  close(): void;
}

/** One call reads no more: the system's own limit is just above. */
const MOST = 1 << 30;

/** Opens a file for reading. Throws `SourceError`. */
export function openNow(where: string | URL): OpenedFile {
  const path = pathOf(where);
  let fd: number;
  let size: number;
  try {
    fd = openSync(path, "r");
    ({ size } = fstatSync(fd));
  } catch (e) {
    throw fileError(path, e);
  }
  let open = true;
  return {
    size,
    read(at, wanted, into) {
      // The system may have given its number to another file.
      if (!open) throw new SourceError("the file is closed", { path });
      const bytes = into ?? new Uint8Array(Buffer.allocUnsafeSlow(wanted).buffer);
      let done = 0;
      try {
        while (done < wanted) {
          const got = readSync(fd, bytes, done, Math.min(MOST, wanted - done), at + done);
          if (got === 0) break;
          done += got;
        }
      } catch (e) {
        throw fileError(path, e);
      }
      return done === wanted && bytes.length === wanted ? bytes : bytes.subarray(0, done);
    },
    close() {
      if (open) closeSync(fd);
      open = false;
    },
  };
}
