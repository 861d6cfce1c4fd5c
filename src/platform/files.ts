/**
 * Files on disk: written whole or not at all.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isBrineError, SourceError } from "../core/errors.ts";

const { promises } = fs;

/** The failure of a file operation, with the file's name. */
export function fileError(path: string, cause: unknown): SourceError {
  const code = (cause as { code?: string }).code;
  if (code === "ENOENT") return new SourceError("no such file or directory", { path, cause });
  if (code === "EISDIR") return new SourceError("this is a directory, not a file", { path, cause });
  if (code === "EACCES" || code === "EPERM") return new SourceError("permission denied", { path, cause });
  return new SourceError(cause instanceof Error ? cause.message.replace(/, \w+( '.*')?$/, "") : String(cause), {
    path,
    cause,
  });
}

/** A path or `file:` URL as a path. */
export function pathOf(path: string | URL): string {
  return typeof path === "string" ? path : fileURLToPath(path);
}

/** Where a write goes: the file behind links, its mode, and whether it may be replaced by a rename. */
export function place(path: string): { real: string; mode: number; direct: boolean; exists: boolean; temp: string } {
  let real = path;
  let mode = 0o666;
  let direct = false;
  let exists = true;
  try {
    real = fs.realpathSync(path);
    const stat = fs.statSync(real);
    mode = stat.mode & 0o7777;
    direct = !stat.isFile();
  } catch (e) {
    if ((e as { code?: string }).code !== "ENOENT") throw fileError(path, e);
    exists = false;
  }
  const temp = join(dirname(real), `.${basename(real).slice(0, 200)}.${randomBytes(6).toString("hex")}.tmp`);
  return { real, mode, direct, exists, temp };
}

/** Writes a file of these pieces by way of a temporary one beside it: after a crash the old file is whole. */
export async function writePath(where: string | URL, ...pieces: Uint8Array[]): Promise<void> {
  const path = pathOf(where);
  const { real, mode, direct, exists, temp } = place(path);
  try {
    if (direct) return await promises.writeFile(real, pieces);
    const file = await promises.open(temp, "wx", mode);
    try {
      for (const piece of pieces) await writeAll(file, piece);
      if (mode !== 0o666) await file.chmod(mode);
      // Where no file is replaced, none has to be saved from a power failure.
      if (exists) await file.sync();
    } finally {
      await file.close();
    }
    await promises.rename(temp, real);
    if (exists) syncFolder(real);
  } catch (e) {
    await promises.rm(temp, { force: true }).catch(() => undefined);
    throw fileError(path, e);
  }
}

/** Larger writes than `writeFile` does, which cuts them into small ones. */
async function writeAll(file: fs.promises.FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, at, Math.min(bytes.length - at, 1 << 26));
    at += bytesWritten;
  }
}

/** The same at once. */
export function writePathSync(where: string | URL, bytes: Uint8Array): void {
  writeNow(where, [bytes]);
}

/** The same at once, of pieces that are made one by one. What making them throws is thrown on. */
export function writeNow(where: string | URL, pieces: Iterable<Uint8Array>): void {
  const path = pathOf(where);
  const { real, mode, direct, exists, temp } = place(path);
  try {
    if (direct) {
      const fd = fs.openSync(real, "w");
      try {
        for (const piece of pieces) fs.writeFileSync(fd, piece);
      } finally {
        fs.closeSync(fd);
      }
      return;
    }
    const fd = fs.openSync(temp, "wx", mode);
    try {
      for (const piece of pieces) fs.writeFileSync(fd, piece);
      if (mode !== 0o666) fs.fchmodSync(fd, mode);
      // Where no file is replaced, none has to be saved from a power failure.
      if (exists) fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
    fs.renameSync(temp, real);
    if (exists) syncFolder(real);
  } catch (e) {
    fs.rmSync(temp, { force: true });
    throw isBrineError(e) ? e : fileError(path, e);
  }
}

/**
 * Writes pieces into a file that is there (or is made, when `create` is set), those of each list before those of the
 * next. Throws `SourceError`.
 */
export function patchNow(
  where: string | URL,
  lists: Iterable<Iterable<{ at: number; bytes: Uint8Array }>>,
  create = false,
): void {
  const path = pathOf(where);
  let fd: number | null = null;
  try {
    fd = fs.openSync(path, fs.constants.O_RDWR | (create ? fs.constants.O_CREAT : 0));
    for (const list of lists) {
      for (const { at, bytes } of list) {
        for (let done = 0; done < bytes.length; ) {
          done += fs.writeSync(fd, bytes, done, Math.min(bytes.length - done, 1 << 30), at + done);
        }
      }
      fs.fsyncSync(fd);
    }
  } catch (e) {
    throw isBrineError(e) ? e : fileError(path, e);
  } finally {
    if (fd !== null) fs.closeSync(fd);
  }
}

/** Is there a file? Throws `SourceError` when there is not even the folder for it. */
export function existsNow(where: string | URL): boolean {
  const path = pathOf(where);
  if (fs.existsSync(path)) return true;
  try {
    fs.accessSync(dirname(path), fs.constants.W_OK);
  } catch (e) {
    throw fileError(path, e);
  }
  return false;
}

/** Makes the rename itself last; not every system lets a folder be opened. */
export function syncFolder(path: string): void {
  try {
    const fd = fs.openSync(dirname(path), "r");
    try {
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  } catch {}
}
