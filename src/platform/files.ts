/**
 * Files on disk: read as a source, written whole or not at all.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Source } from "../core/bytes/parse.ts";
import { SourceError } from "../core/errors.ts";

const { promises } = fs;

/** The failure of a file operation, with the file's name. */
export function fileError(path: string, cause: unknown): SourceError {
  const code = (cause as { code?: string }).code;
  if (code === "ENOENT") return new SourceError("no such file or directory", { path, cause });
  return new SourceError(cause instanceof Error ? cause.message.replace(/, \w+( '.*')?$/, "") : String(cause), {
    path,
    cause,
  });
}

/** A path or `file:` URL as a path. */
export function pathOf(path: string | URL): string {
  return typeof path === "string" ? path : fileURLToPath(path);
}

/** Opens a file as a source. */
export async function openPath(where: string | URL): Promise<Source> {
  const path = pathOf(where);
  let file: fs.promises.FileHandle | null = null;
  try {
    file = await promises.open(path, "r");
    const stat = await file.stat();
    // A directory opens, but reading it fails; pipes and devices have no size.
    return fileSource(path, file, stat.isFile() && stat.size > 0 ? stat.size : undefined);
  } catch (e) {
    await file?.close();
    throw fileError(path, e);
  }
}

function fileSource(path: string, file: fs.promises.FileHandle, size: number | undefined): Source {
  const fill = async (into: Uint8Array, at: number | null): Promise<Uint8Array> => {
    try {
      const { bytesRead } = await file.read(into, 0, into.length, at);
      return into.subarray(0, bytesRead);
    } catch (e) {
      throw fileError(path, e);
    }
  };
  return {
    size,
    name: path,
    next: (want) => fill(new Uint8Array(Math.min(want, 1 << 30)), null),
    read: (spans) => Promise.all(spans.map((span) => fill(span.into ?? new Uint8Array(span.size), span.at))),
    close: () => file.close(),
  };
}

/** Where a write goes: the file behind links, its mode, and whether it may be replaced by a rename. */
function place(path: string): { real: string; mode: number; direct: boolean; temp: string } {
  let real = path;
  let mode = 0o666;
  let direct = false;
  try {
    real = fs.realpathSync(path);
    const stat = fs.statSync(real);
    mode = stat.mode & 0o7777;
    direct = !stat.isFile();
  } catch (e) {
    if ((e as { code?: string }).code !== "ENOENT") throw fileError(path, e);
  }
  const temp = join(dirname(real), `.${basename(real).slice(0, 200)}.${randomBytes(6).toString("hex")}.tmp`);
  return { real, mode, direct, temp };
}

/** Writes a file by way of a temporary one beside it: after a crash the old file is whole. */
export async function writePath(where: string | URL, bytes: Uint8Array): Promise<void> {
  const path = pathOf(where);
  const { real, mode, direct, temp } = place(path);
  try {
    if (direct) return await promises.writeFile(real, bytes);
    const file = await promises.open(temp, "wx", mode);
    try {
      await file.writeFile(bytes);
      if (mode !== 0o666) await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    await promises.rename(temp, real);
    syncFolder(real);
  } catch (e) {
    await promises.rm(temp, { force: true }).catch(() => undefined);
    throw fileError(path, e);
  }
}

/** The same at once. */
export function writePathSync(where: string | URL, bytes: Uint8Array): void {
  const path = pathOf(where);
  const { real, mode, direct, temp } = place(path);
  try {
    if (direct) return fs.writeFileSync(real, bytes);
    const fd = fs.openSync(temp, "wx", mode);
    try {
      fs.writeFileSync(fd, bytes);
      if (mode !== 0o666) fs.fchmodSync(fd, mode);
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
    fs.renameSync(temp, real);
    syncFolder(real);
  } catch (e) {
    fs.rmSync(temp, { force: true });
    throw fileError(path, e);
  }
}

/** Makes the rename itself last; not every system lets a folder be opened. */
function syncFolder(path: string): void {
  try {
    const fd = fs.openSync(dirname(path), "r");
    try {
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  } catch {}
}
