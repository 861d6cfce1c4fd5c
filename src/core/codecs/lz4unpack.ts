/**
 * Unpacks LZ4 blocks behind their history: by WebAssembly where there is one, else by plain JavaScript.
 *
 * @module
 */
import { compiledNow, withMemory } from "./kernel.ts";
import { damaged, SLACK, unpackBlock } from "./lz4block.ts";
import { KERNELS } from "./lz4module.ts";

/** Unpacks blocks into a window of its own. */
export interface BlockUnpacker {
  /** What was unpacked: matches reach back to its beginning. */
  readonly window: Uint8Array;
  /** Unpacks a block from place `at` on, up to `limit` at most; gives the place behind it. Throws `FormatError`. */
  unpack(block: Uint8Array, at: number, limit: number): number;
}

interface Exports {
  readonly memory: WebAssembly.Memory;
  base(): number;
  unpack(input: number, size: number, window: number, at: number, limit: number): number;
}

const PAGE = 65536;
/** What the kernel says is wrong. */
const FAULTS = [
  "a length is cut",
  "literals are cut",
  "a block is larger than its frame allows",
  "an offset is cut",
  "a match reaches before the start",
];

/** Compiled when it is first wanted; null where a page's policy or the machine has none. */
let compiled: WebAssembly.Module | null | undefined;

/** An unpacker with a window of `size` bytes, for blocks of `most` bytes at most. */
export function unpackerFor(size: number, most: number): BlockUnpacker {
  if (compiled === undefined) compiled = compiledNow(KERNELS);
  const module = compiled;
  return (module && withMemory(() => new KernelUnpacker(module, size, most))) ?? new PlainUnpacker(size);
}

/** @internal The same without WebAssembly. */
export class PlainUnpacker implements BlockUnpacker {
  readonly window: Uint8Array;
  readonly #view: DataView;

  constructor(size: number) {
    this.window = new Uint8Array(size);
    this.#view = new DataView(this.window.buffer);
  }
  unpack(block: Uint8Array, at: number, limit: number): number {
    return unpackBlock(block, this.window, this.#view, at, limit);
  }
}

class KernelUnpacker implements BlockUnpacker {
  readonly window: Uint8Array;
  readonly #input: Uint8Array;
  readonly #kernel: Exports;

  constructor(module: WebAssembly.Module, size: number, most: number) {
    // Each has memory of its own, which goes when it goes.
    this.#kernel = new WebAssembly.Instance(module).exports as unknown as Exports;
    const { memory } = this.#kernel;
    const base = this.#kernel.base();
    const input = base + size + SLACK;
    memory.grow(Math.ceil((input + most + SLACK) / PAGE) - memory.buffer.byteLength / PAGE);
    this.window = new Uint8Array(memory.buffer, base, size);
    this.#input = new Uint8Array(memory.buffer, input, most);
  }
  unpack(block: Uint8Array, at: number, limit: number): number {
    this.#input.set(block);
    const end = this.#kernel.unpack(this.#input.byteOffset, block.length, this.window.byteOffset, at, limit);
    if (end < 0) throw damaged(FAULTS[-1 - end] as string);
    return end;
  }
}
