/**
 * Inflate by WebAssembly, about as fast as native code: what `inflate.ts` does, which stands in where there is none.
 *
 * @module
 */
import { FormatError } from "../errors.ts";
import { Inflate } from "./inflate.ts";
import { compiledLater, withMemory } from "./kernel.ts";

/** Unpacks one stream by being pulled: packed bytes come in pieces. */
export interface Inflater {
  /** The stream has ended, and everything was read. */
  readonly done: boolean;
  /** Packed bytes that are not part of the stream, or not used yet. */
  readonly unused: Uint8Array;
  /** Nothing of the pieces that were pushed is looked at again. */
  readonly spent?: boolean;
  /** Adler-32 of all that was unpacked, where it was asked for and is to be had. */
  readonly adler?: number;
  push(piece: Uint8Array): void;
  /** Fills `into` as far as the packed bytes reach, and says how far. Throws `FormatError`. */
  read(into: Uint8Array): number;
}

interface Exports {
  readonly memory: WebAssembly.Memory;
  input(): number;
  capacity(): number;
  held(): number;
  run(added: number): number;
  product(): number;
  produced(): number;
  adler(sum: number): number;
}

/** What `run` answers; below 0 something is wrong. */
const NEED_INPUT = 0;
const END = 2;
const FAULTS = [
  "truncated",
  "invalid block type",
  "invalid stored block lengths",
  "invalid code lengths",
  "invalid code",
  "invalid distance too far back",
];

/** Fetched and compiled when it is first wanted; null where a page's policy or the machine has none. */
let compiled: WebAssembly.Module | null | undefined;

/** Fetches the kernel, so that {@link inflater} has it; without, pages do not carry it. */
export async function readyInflater(): Promise<void> {
  if (compiled !== undefined) return;
  const made = await compiledLater(async () => (await import("./inflatemodule.ts")).KERNELS);
  // Somebody else may have waited, too.
  compiled ??= made;
}

/** An inflater for one stream, by the kernel if that is there; `adler`: it is to sum what it unpacks, where it can. */
export function inflater(adler: boolean): Inflater {
  const module = compiled;
  const made = module && withMemory(() => new WebAssembly.Instance(module).exports as unknown as Exports);
  return made ? new KernelInflate(made, adler) : new Inflate();
}

class KernelInflate implements Inflater {
  readonly #kernel: Exports;
  readonly #memory: Uint8Array;
  readonly #input: number;
  readonly #capacity: number;
  readonly #sums: boolean;
  #pieces: Uint8Array[] = [];
  /** What was unpacked and is not handed out yet, as places in memory. */
  #from = 0;
  #to = 0;
  #ended = false;
  /** Bytes that the kernel has not used, once it is at the end. */
  #left: Uint8Array | null = null;
  adler = 1;

  constructor(kernel: Exports, sums: boolean) {
    this.#kernel = kernel;
    this.#memory = new Uint8Array(kernel.memory.buffer);
    this.#input = kernel.input();
    this.#capacity = kernel.capacity();
    this.#sums = sums;
  }

  get done(): boolean {
    return this.#ended && this.#from === this.#to;
  }

  get spent(): boolean {
    return this.#pieces.length === 0;
  }

  get unused(): Uint8Array {
    if (this.#left === null) {
      const held = this.#kernel.held();
      this.#left = this.#memory.slice(this.#input, this.#input + held);
    }
    const parts = [this.#left, ...this.#pieces];
    const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    this.#left = all;
    this.#pieces = [];
    return all;
  }

  push(piece: Uint8Array): void {
    if (piece.length > 0) this.#pieces.push(piece);
  }

  read(into: Uint8Array): number {
    let filled = 0;
    for (;;) {
      const ready = Math.min(this.#to - this.#from, into.length - filled);
      if (ready > 0) {
        into.set(this.#memory.subarray(this.#from, this.#from + ready), filled);
        this.#from += ready;
        filled += ready;
      }
      if (filled === into.length || this.#ended) return filled;
      if (!this.#advance()) return filled;
    }
  }

  /** Unpacks until there is something to hand out, or the end; false when packed bytes are lacking. */
  #advance(): boolean {
    const kernel = this.#kernel;
    for (;;) {
      const added = this.#feed();
      const result = kernel.run(added);
      if (result < 0) {
        throw new FormatError(`the deflate data is damaged: ${FAULTS[-1 - result]}`, { format: "deflate" });
      }
      this.#from = kernel.product();
      this.#to = this.#from + kernel.produced();
      if (this.#sums && this.#to > this.#from) this.adler = kernel.adler(this.adler) >>> 0;
      this.#ended = result === END;
      if (this.#to > this.#from || this.#ended) return true;
      if (result === NEED_INPUT && this.#pieces.length === 0) return false;
    }
  }

  /** Gives the kernel as many packed bytes as it has room for; says how many. */
  #feed(): number {
    if (this.#pieces.length === 0) return 0;
    const held = this.#kernel.held();
    let added = 0;
    while (this.#pieces.length > 0 && held + added < this.#capacity) {
      const piece = this.#pieces[0] as Uint8Array;
      const part = piece.subarray(0, this.#capacity - held - added);
      this.#memory.set(part, this.#input + held + added);
      added += part.length;
      if (part.length === piece.length) this.#pieces.shift();
      else this.#pieces[0] = piece.subarray(part.length);
    }
    return added;
  }
}
