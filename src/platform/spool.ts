/**
 * Files that are begun before they are whole: large parts go to disk at once, under another name.
 *
 * @module
 */
import * as fs from "node:fs";
import { isBrineError } from "../core/errors.ts";
import { fileError, pathOf, place, syncFolder } from "./files.ts";

/** A file that is being made beside the one whose place it will take. */
export interface Spool {
  /** Writes bytes at a place. Throws `SourceError`. */
  put(at: number, bytes: Uint8Array): void;
  read(at: number, size: number): Uint8Array;
  /** Gives the file its name; it can still be read. */
  finish(): void;
  /** Closes the file, and takes it away when it got no name. */
  close(): void;
}

/** Begins a file; null for what is no plain file, into which one must write from the beginning on. */
export function spoolNow(where: string | URL): Spool | null {
  const path = pathOf(where);
  const { real, mode, direct, exists, temp } = place(path);
  if (direct) return null;
  let fd: number | null = null;
  let isNamed = false;
  const attempt = <T>(work: (fd: number) => T): T => {
    try {
      fd ??= fs.openSync(temp, "wx+", mode);
      return work(fd);
    } catch (e) {
      throw isBrineError(e) ? e : fileError(path, e);
    }
  };
  return {
    put(at, bytes) {
      attempt((fd) => {
        for (let done = 0; done < bytes.length; ) {
          done += fs.writeSync(fd, bytes, done, Math.min(bytes.length - done, 1 << 30), at + done);
        }
      });
    },
    read(at, size) {
      return attempt((fd) => {
        const out = new Uint8Array(size);
        for (let done = 0; done < size; ) {
          const n = fs.readSync(fd, out, done, Math.min(size - done, 1 << 30), at + done);
          if (n === 0) throw new Error("the file was cut short while it was made");
          done += n;
        }
        return out;
      });
    },
    finish() {
      attempt((fd) => {
        if (mode !== 0o666) fs.fchmodSync(fd, mode);
        // As files that are written at once: only an old file must be saved from a power failure.
        if (exists) fs.fsyncSync(fd);
        fs.renameSync(temp, real);
        isNamed = true;
        if (exists) syncFolder(real);
      });
    },
    close() {
      if (fd === null) return;
      fs.closeSync(fd);
      fd = null;
      if (!isNamed) fs.rmSync(temp, { force: true });
    },
  };
}
