/**
 * HDF5 files as commands open them: by path and by place, behind a user block, packed, from stdin.
 *
 * @module
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { boxOf, mayBeBox, type Shell } from "../boxes.ts";
import { decodeLatin1 } from "../core/bytes/text.ts";
import type { Codec } from "../core/codecs/index.ts";
import { isBrineError, withPath } from "../core/errors.ts";
import { File } from "../formats/hdf5/index.ts";
import { fileError } from "../platform/files.ts";
import { peeledBytes, shellOf } from "../shells.ts";
import { MARK, userBlocks } from "../tools/info/index.ts";
import { readBytes } from "./files.ts";
import type { IO } from "./io.ts";

/** An open HDF5 file, and the shells that it came in. */
export interface OpenedHdf5 {
  readonly file: File;
  readonly shells: readonly string[];
  /** Bytes as they came, and without their shells. */
  readonly size: number;
  readonly unpacked: number;
}

/** Opens a file that is HDF5, also behind bytes of another use, packed, or from stdin; null for every other. */
async function openHdf5(file: string, io: IO): Promise<OpenedHdf5 | null> {
  if (file === "-") return ofBytes(await readBytes(file, io));
  let size: number;
  let head: Uint8Array;
  try {
    const fd = openSync(file, "r");
    try {
      ({ size } = fstatSync(fd));
      const bytes = Buffer.alloc(HEAD);
      head = bytes.subarray(0, readSync(fd, bytes, 0, HEAD, 0));
    } finally {
      closeSync(fd);
    }
  } catch (e) {
    // What cannot be read by place is read as others are.
    if ((e as { code?: string }).code === "ESPIPE") return ofBytes(await readBytes(file, io));
    throw fileError(file, e);
  }
  if (beginsHdf5(head)) return { file: new File(file), shells: [], size, unpacked: size };
  return shellOf(head) === null && !mayBeBox(head) ? null : ofBytes(await readBytes(file, io));
}

/** Bytes at the beginning that tell: the last place of a user block's end among them. */
const HEAD = (userBlocks.at(-1) as number) + MARK.length;

function beginsHdf5(bytes: Uint8Array): boolean {
  return userBlocks.some((at) => decodeLatin1(bytes.subarray(at, at + MARK.length)) === MARK);
}

async function ofBytes(bytes: Uint8Array): Promise<OpenedHdf5 | null> {
  if (beginsHdf5(bytes)) return { file: new File(bytes), shells: [], size: bytes.length, unpacked: bytes.length };
  const shell = shellOf(bytes);
  if (shell === null && !mayBeBox(bytes)) return null;
  await shell?.ready?.();
  if (shell !== null && !(await mayUnpackTo(shell, bytes))) return null;
  const shells: Shell[] = [];
  const inner = peeledBytes(bytes, {}, [], shells, boxOf);
  if (!beginsHdf5(inner)) return null;
  const names = shells.map(({ name }) => name);
  return { file: new File(inner), shells: names, size: bytes.length, unpacked: inner.length };
}

/** Does HDF5, or another shell, begin what is packed? Only the first bytes are unpacked; what is damaged is told later. */
async function mayUnpackTo(shell: Codec, bytes: Uint8Array): Promise<boolean> {
  const decoder = shell.decoder();
  const head = new Uint8Array(HEAD);
  let filled = 0;
  try {
    decoder.push(bytes, true);
    for (let got = -1; got !== 0 && filled < HEAD && !decoder.done; filled += got)
      got = decoder.read(head.subarray(filled));
  } catch (e) {
    if (!isBrineError(e)) throw e;
  } finally {
    decoder.close?.();
  }
  const first = head.subarray(0, filled);
  return beginsHdf5(first) || shellOf(first) !== null || mayBeBox(first);
}

/** Does something with a file that is HDF5, and closes it; false for every other file, and where `use` says so. */
export async function withHdf5(
  file: string,
  io: IO,
  use: (opened: File, how: Omit<OpenedHdf5, "file">) => unknown,
): Promise<boolean> {
  let opened: OpenedHdf5 | null;
  try {
    opened = await openHdf5(file, io);
  } catch (e) {
    throw withPath(e, file === "-" ? "stdin" : file);
  }
  if (opened === null) return false;
  try {
    return (await use(opened.file, opened)) !== false;
  } finally {
    opened.file.close();
  }
}
