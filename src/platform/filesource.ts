/**
 * An open file as a source: read on, read by ranges (large ones by several readers), written in place.
 *
 * @module
 */
import * as fs from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import type { Source, Span } from "../core/bytes/parse.ts";
import { fileError, pathOf } from "./files.ts";

/** How a file is opened: to read, to read and write, or made anew. */
export type FileMode = "r" | "r+" | "w+";

/** Of a large span several readers read their pieces at once: copying out of the system's cache keeps a core busy. */
const READERS = Math.min(4, availableParallelism());
/** The least that is worth a reader, */
const PIECE = 1 << 22;
/** and the most that one reads before it looks whether it is still wanted. */
const TURN = 1 << 28;
/** What one call of the system may read at most, and `next` gives. */
const MOST = 1 << 30;

/** Opens a file as a source. Throws `SourceError` naming the file. */
export async function openPath(where: string | URL, mode: FileMode = "r"): Promise<Source> {
  const path = pathOf(where);
  let file: fs.promises.FileHandle | null = null;
  try {
    file = await fs.promises.open(path, mode);
    const stat = await file.stat();
    // A directory opens, but reading it fails; pipes and devices have no size.
    return fileSource(path, file, stat.isFile() && stat.size > 0 ? stat.size : undefined, mode !== "r");
  } catch (e) {
    await file?.close();
    throw fileError(path, e);
  }
}

/** Makes a file of `size` bytes that begins with `head`; the rest is zeros. */
export async function makePath(where: string | URL, head: Uint8Array, size: number): Promise<Source> {
  const path = pathOf(where);
  let file: fs.promises.FileHandle | null = null;
  try {
    file = await fs.promises.open(path, "w+");
    await file.write(head, 0, head.length, 0);
    await file.truncate(size);
    return fileSource(path, file, size, true);
  } catch (e) {
    await file?.close();
    throw fileError(path, e);
  }
}

function fileSource(path: string, file: fs.promises.FileHandle, size: number | undefined, writes: boolean): Source {
  const failing = async <T>(doing: Promise<T>): Promise<T> => {
    try {
      return await doing;
    } catch (e) {
      throw fileError(path, e);
    }
  };
  const source: Source = {
    size,
    name: path,
    async next(want) {
      const into = new Uint8Array(Math.min(want, MOST));
      const { bytesRead } = await failing(file.read(into, 0, into.length, null));
      return into.subarray(0, bytesRead);
    },
    async fill(into) {
      for (let filled = 0; ; ) {
        if (filled === into.length) return filled;
        const part = Math.min(MOST, into.length - filled);
        const { bytesRead } = await failing(file.read(into, filled, part, null));
        if (bytesRead === 0) return filled;
        filled += bytesRead;
      }
    },
    read: (spans, signal) => failing(Promise.all(spans.map((span) => readSpan(file, room(span, size), signal)))),
    readSync(spans) {
      try {
        return spans.map((span) => readSpanSync(file.fd, room(span, size)));
      } catch (e) {
        throw fileError(path, e);
      }
    },
    beside: (name) => openPath(join(dirname(path), name), writes ? "r+" : "r"),
    close: () => file.close(),
  };
  if (!writes) return source;
  source.write = async (at, bytes) => {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await failing(file.write(bytes, done, Math.min(MOST, bytes.length - done), at + done));
      done += bytesWritten;
    }
  };
  return source;
}

/** A span with memory for what the file can hold of it. */
function room({ at, size, into }: Span, total: number | undefined): Required<Span> {
  const held = total === undefined ? size : Math.max(0, Math.min(size, total - at));
  return { at, size: held, into: into === undefined ? new Uint8Array(held) : into.subarray(0, held) };
}

async function readSpan(
  file: fs.promises.FileHandle,
  { at, size, into }: Required<Span>,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const readers = Math.min(READERS, Math.ceil(size / PIECE));
  const piece = Math.ceil(size / (readers * Math.ceil(size / (readers * TURN))));
  let begun = 0;
  let short = size;
  const reader = async (): Promise<void> => {
    while (begun < size) {
      signal?.throwIfAborted();
      const from = begun;
      const end = Math.min(size, from + piece);
      begun = end;
      for (let done = from; done < end; ) {
        const { bytesRead } = await file.read(into, done, end - done, at + done);
        done += bytesRead;
        if (bytesRead > 0) continue;
        // The file is shorter than it was.
        short = Math.min(short, done);
        begun = size;
        break;
      }
    }
  };
  await Promise.all(Array.from({ length: readers }, reader));
  return short === size ? into : into.subarray(0, short);
}

function readSpanSync(fd: number, { at, size, into }: Required<Span>): Uint8Array {
  let done = 0;
  while (done < size) {
    const got = fs.readSync(fd, into, done, Math.min(MOST, size - done), at + done);
    if (got === 0) return into.subarray(0, done);
    done += got;
  }
  return into;
}
