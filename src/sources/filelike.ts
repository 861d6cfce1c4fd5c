/**
 * Python's file-like objects and Node's open files as sources that are never read beyond what is needed.
 *
 * @module
 */
import type { Source } from "../core/bytes/parse.ts";
import { asBytes, type BytesLike } from "./bytes.ts";
import { failing } from "./failing.ts";
import { EMPTY } from "./memory.ts";

type Maybe<T> = T | Promise<T>;

/** Python's idea of a file: `read(n)` gives up to `n` bytes, `readline()` a line with its newline; nothing at the end. */
export interface FileLike {
  read(size: number): Maybe<BytesLike | null | undefined>;
  readline(): Maybe<BytesLike | null | undefined>;
}

/** An open file as Node gives it (`fs.promises.open`); it is read on from where it stands. */
export interface FileHandleLike {
  readonly fd: number;
  read(into: Uint8Array, offset: number, length: number, position: null): Promise<{ bytesRead: number }>;
}

/** A file-like object as a source. */
export function frugal(file: FileLike): Source {
  const taken = async (read: () => Maybe<BytesLike | null | undefined>): Promise<Uint8Array> => {
    const given = await failing(async () => read());
    if (given === null || given === undefined) return EMPTY;
    const bytes = asBytes(given);
    if (bytes === null) throw new TypeError(`read() must give bytes, not a ${typeof given}`);
    return bytes;
  };
  return {
    name:
      typeof (file as { name?: unknown }).name === "string" ? (file as unknown as { name: string }).name : undefined,
    next: (size) => taken(() => file.read(size)),
    line: () => taken(() => file.readline()),
  };
}

/** An open file of Node as a file-like object. */
export function handle(file: FileHandleLike): FileLike {
  const read = async (size: number): Promise<Uint8Array> => {
    const into = new Uint8Array(Math.min(size, 1 << 24));
    const { bytesRead } = await file.read(into, 0, into.length, null);
    return into.subarray(0, bytesRead);
  };
  return {
    read,
    async readline() {
      const line: number[] = [];
      while (line[line.length - 1] !== 10) {
        const [byte] = await read(1);
        if (byte === undefined) break;
        line.push(byte);
      }
      return Uint8Array.from(line);
    },
  };
}
