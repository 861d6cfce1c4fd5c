/**
 * CRC-32 by Node's zlib; long runs are folded by WebAssembly first, which takes half the time.
 *
 * @module
 */
import * as zlib from "node:zlib";
import { KERNELS } from "./crcmodule.ts";

interface Exports {
  readonly memory: WebAssembly.Memory;
  piece(): number;
  clear(): void;
  fold(blocks: number): void;
  finish(): void;
}

const BLOCK = 16;
/** Bytes that are left when the others are folded, and bytes that the kernel holds at once; see scripts/kernels/crc.c. */
const REACH = 300 * BLOCK;
const PIECE = 4096 * BLOCK;
/** From here on it is worth the copy into the kernel's memory. */
const LONG = 1 << 16;

/** Folds bytes so that fewer have the same sum. */
class Folder {
  readonly #kernel: Exports;
  readonly #piece: Uint8Array;

  constructor(kernel: Exports) {
    this.#kernel = kernel;
    this.#piece = new Uint8Array(kernel.memory.buffer, kernel.piece());
  }

  /** The last REACH bytes and up to fifteen more, whose sum after the sum `ZERO` is that of all after `before`. */
  folded(bytes: Uint8Array, before: number): Uint8Array {
    const kernel = this.#kernel;
    const piece = this.#piece;
    const end = bytes.length - REACH - ((bytes.length - REACH) % BLOCK);
    kernel.clear();
    for (let at = 0; at < end; at += PIECE) {
      const size = Math.min(PIECE, end - at);
      piece.set(bytes.subarray(at, at + size));
      // A sum so far stands for bits added to the first four bytes.
      if (at === 0) for (let i = 0; i < 4; i++) piece[i]! ^= ~before >>> (8 * i);
      kernel.fold(size / BLOCK);
    }
    piece.set(bytes.subarray(end));
    kernel.finish();
    return piece.subarray(0, bytes.length - end);
  }
}

/** The sum so far that adds nothing to what follows. */
const ZERO = 0xffffffff;

/** Made when it is first wanted; null where Node was told to run without WebAssembly, or without vectors. */
let folder: Folder | null | undefined;

function made(): Folder | null {
  if (typeof WebAssembly !== "object") return null;
  const bytes = Buffer.from(KERNELS, "base64");
  if (!WebAssembly.validate(bytes)) return null;
  return new Folder(new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as unknown as Exports);
}

function crc32(bytes: Uint8Array, before: number): number {
  if (bytes.length < LONG) return zlib.crc32(bytes, before);
  if (folder === undefined) folder = made();
  return folder === null ? zlib.crc32(bytes, before) : zlib.crc32(folder.folded(bytes, before), ZERO);
}

/** CRC-32 going on from another; null where this Node has none (before 20.15). */
export const fastCrc32: ((bytes: Uint8Array, before: number) => number) | null =
  typeof zlib.crc32 === "function" ? crc32 : null;
