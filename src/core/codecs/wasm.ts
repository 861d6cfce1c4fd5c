/**
 * liblzma and libbzip2 as WebAssembly: one instance per coder, so that its memory goes when it is done.
 *
 * @module
 */
import { codecsModule } from "#platform";
import { FormatError, TruncatedError, UnsupportedError } from "../errors.ts";
import type { Decoder } from "./codec.ts";
import { inflateNow } from "./deflate.ts";

/** What scripts/codecs/codecs.c exports. */
interface Exports {
  memory: WebAssembly.Memory;
  _initialize?(): void;
  input(): number;
  output(): number;
  consumed(): number;
  produced(): number;
  begin(kind: number, level: number, memory: number): number;
  run(at: number, length: number, room: number, finish: number): number;
}

export const BZ2_DECODE = 0;
export const BZ2_ENCODE = 1;
export const LZMA_DECODE = 2;
export const XZ_ENCODE = 3;
export const ALONE_ENCODE = 4;

const END = 1;
const NO_MEMORY = 3;
const MEMORY_LIMIT = 4;
const UNSUPPORTED = 5;
const NO_SUCH_FORMAT = 6;
const BAD_LEVEL = 7;

const INPUT = 1 << 16;
const OUTPUT = 1 << 18;
/** Most memory that a dictionary may take: preset 9 takes 65 MiB, and nothing that joblib or Python write by default more. */
export const MAX_DICTIONARY = 1 << 29;

/** The compiled module, once somebody needed it; null where the page's policy forbids it. */
let compiled: WebAssembly.Module | null | undefined;

function unpackedModule(text: string): Uint8Array<ArrayBuffer> {
  return inflateNow(
    "deflate-raw",
    Uint8Array.from(atob(text), (ch) => ch.charCodeAt(0)),
  ) as Uint8Array<ArrayBuffer>;
}

/** The module if it can be had at once. */
export function moduleNow(): WebAssembly.Module | null {
  if (compiled !== undefined) return compiled;
  const text = codecsModule.now();
  if (text === null || typeof WebAssembly === "undefined") return null;
  compiled = new WebAssembly.Module(unpackedModule(text));
  return compiled;
}

/** Fetches and compiles the module, where the page's policy lets it. */
export async function readyModule(): Promise<void> {
  if (compiled !== undefined) return;
  try {
    const module = await WebAssembly.compile(unpackedModule(await codecsModule.later()));
    compiled ??= module;
  } catch (e) {
    // A page without 'wasm-unsafe-eval' says so by a CompileError; the decoders in TypeScript take over.
    if (!(e instanceof WebAssembly.CompileError)) throw e;
    compiled = null;
  }
}

/** What a coder tells of its format in errors. */
export interface CoderFormat {
  readonly name: string;
  readonly kind: number;
  readonly level: number;
}

class Coder {
  readonly #exports: Exports;
  readonly #format: CoderFormat;
  readonly #input: number;
  readonly #output: number;
  /** Bytes put into the module's input, and how many of them are used. */
  #there = 0;
  #used = 0;

  constructor(module: WebAssembly.Module, format: CoderFormat) {
    this.#format = format;
    this.#exports = new WebAssembly.Instance(module).exports as unknown as Exports;
    this.#exports._initialize?.();
    this.#check(this.#exports.begin(format.kind, format.level, MAX_DICTIONARY));
    this.#input = this.#exports.input();
    this.#output = this.#exports.output();
  }

  #check(code: number): void {
    const format = this.#format.name;
    if (code <= END) return;
    if (code === NO_SUCH_FORMAT) throw new FormatError(`this is no ${format} data`, { format });
    if (code === UNSUPPORTED) {
      throw new UnsupportedError(`${format} options`, `the ${format} data use options that are not known`, { format });
    }
    if (code === MEMORY_LIMIT || code === NO_MEMORY) {
      throw new UnsupportedError("dictionary", `the ${format} data need a dictionary of more than 512 MiB`, { format });
    }
    if (code === BAD_LEVEL) throw new RangeError(`${this.#format.level} is no level of ${format}`);
    throw new FormatError(`the ${format} data is damaged`, { format });
  }

  /** How many bytes of `piece` (from `at` on) were taken. */
  feed(piece: Uint8Array, at: number): number {
    if (this.#used < this.#there) return 0;
    const count = Math.min(INPUT, piece.length - at);
    new Uint8Array(this.#exports.memory.buffer, this.#input, count).set(piece.subarray(at, at + count));
    this.#there = count;
    this.#used = 0;
    return count;
  }

  /** Bytes that were fed and not used. */
  get pending(): number {
    return this.#there - this.#used;
  }

  /** Those bytes. */
  rest(): Uint8Array {
    return new Uint8Array(this.#exports.memory.buffer, this.#input + this.#used, this.pending).slice();
  }

  /** Runs once; what came out lies in the module until the next call. */
  run(room: number, finish: boolean): { out: Uint8Array; end: boolean } {
    const { memory } = this.#exports;
    let code: number;
    try {
      code = this.#exports.run(this.#used, this.pending, Math.min(room, OUTPUT), finish ? 1 : 0);
    } catch (cause) {
      // libbzip2's own checks end in a trap.
      const format = this.#format.name;
      throw new FormatError(`the ${format} data is damaged`, { format, cause });
    }
    this.#used += this.#exports.consumed();
    this.#check(code);
    return { out: new Uint8Array(memory.buffer, this.#output, this.#exports.produced()), end: code === END };
  }
}

const EMPTY = new Uint8Array(0);

/** Unpacks by the module, member after member. */
export class WasmDecoder implements Decoder {
  readonly #module: WebAssembly.Module;
  readonly #format: CoderFormat;
  /** Does another member begin here? null: too few bytes to say. */
  readonly #begins: (head: Uint8Array) => boolean | null;
  #coder: Coder | null;
  #piece: Uint8Array = EMPTY;
  #at = 0;
  #last = false;
  done = false;

  constructor(module: WebAssembly.Module, format: CoderFormat, begins: (head: Uint8Array) => boolean | null) {
    this.#module = module;
    this.#format = format;
    this.#begins = begins;
    this.#coder = new Coder(module, format);
  }

  get held(): number {
    return this.#piece.length - this.#at + (this.#coder?.pending ?? 0);
  }

  push(piece: Uint8Array, last = false): void {
    const left = this.#piece.length - this.#at;
    if (left === 0) this.#piece = piece;
    else {
      const both = new Uint8Array(left + piece.length);
      both.set(this.#piece.subarray(this.#at));
      both.set(piece, left);
      this.#piece = both;
    }
    this.#at = 0;
    this.#last = last;
  }

  read(into: Uint8Array): number {
    let filled = 0;
    while (filled < into.length && !this.done) {
      const coder = this.#coder;
      if (coder === null) {
        if (!this.#next()) break;
        continue;
      }
      this.#at += coder.feed(this.#piece, this.#at);
      const before = coder.pending;
      const { out, end } = coder.run(into.length - filled, false);
      into.set(out, filled);
      filled += out.length;
      if (end) {
        const rest = coder.rest();
        this.#coder = null;
        if (rest.length > 0) {
          // Put back before what was not fed yet.
          const both = new Uint8Array(rest.length + this.#piece.length - this.#at);
          both.set(rest);
          both.set(this.#piece.subarray(this.#at), rest.length);
          this.#piece = both;
          this.#at = 0;
        }
      } else if (out.length === 0 && coder.pending === before && this.#at === this.#piece.length) {
        if (!this.#last) break;
        const { name } = this.#format;
        throw new TruncatedError(`the ${name} data was truncated`, { format: name });
      } else if (out.length === 0 && coder.pending === before && before > 0) {
        throw new FormatError(`the ${this.#format.name} data is damaged`, { format: this.#format.name });
      }
    }
    return filled;
  }

  /** Begins the next member, or the end; false when more bytes are needed to say. */
  #next(): boolean {
    let at = this.#at;
    // xz may pad its streams with zeros.
    while (this.#piece[at] === 0) at++;
    const begins = this.#begins(this.#piece.subarray(at));
    this.#at = at;
    if (begins === null && !this.#last) return false;
    if (begins) this.#coder = new Coder(this.#module, this.#format);
    else this.done = true;
    return true;
  }

  close(): void {
    this.#coder = null;
    this.#piece = EMPTY;
    this.done = true;
  }
}

/** Packs by the module. */
export class WasmEncoder {
  readonly #coder: Coder;

  constructor(module: WebAssembly.Module, format: CoderFormat) {
    this.#coder = new Coder(module, format);
  }

  /** What comes out for a piece; with `finish`, all that was kept back. */
  *push(piece: Uint8Array, finish = false): Generator<Uint8Array> {
    const coder = this.#coder;
    for (let at = 0; ; ) {
      at += coder.feed(piece, at);
      const { out, end } = coder.run(OUTPUT, finish && at === piece.length);
      if (out.length > 0) yield out.slice();
      if (finish ? end : at === piece.length && coder.pending === 0) return;
    }
  }
}
