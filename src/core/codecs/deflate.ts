/**
 * deflate, bare and in the shells of zlib and gzip: by the platform where it has it, else by our own inflate.
 *
 * Sources: RFC 1950, RFC 1952.
 *
 * @module
 */
import { deflate, deflateZlib, inflate } from "#platform";
import { adler32, crc32 } from "../bytes/digest.ts";
import { FormatError, LimitError, TruncatedError } from "../errors.ts";
import { type Codec, type DecodeOptions, type Decoder, drained, drawn } from "./codec.ts";
import { type Inflater, inflater, readyInflater } from "./fastinflate.ts";

/** The three shells of deflate. */
export type DeflateShell = "deflate-raw" | "zlib" | "gzip";

const EMPTY = new Uint8Array(0);

/** Unpacks raw deflate, zlib or gzip by being pulled; checks the sums. */
class DeflateDecoder implements Decoder {
  readonly #shell: DeflateShell;
  #inflate: Inflater | null = null;
  /** Packed bytes outside of a deflate stream: headers, trailers. */
  #rest: Uint8Array = EMPTY;
  #last = false;
  #sum = 0;
  #size = 0;
  #members = 0;
  done = false;

  constructor(shell: DeflateShell) {
    this.#shell = shell;
  }

  get held(): number {
    return (this.#inflate?.unused ?? this.#rest).length;
  }

  get spent(): boolean {
    return this.#inflate?.spent ?? false;
  }

  push(piece: Uint8Array, last = false): void {
    this.#last = last;
    if (this.#inflate !== null) this.#inflate.push(piece);
    else if (this.#rest.length === 0) this.#rest = piece;
    else {
      const both = new Uint8Array(this.#rest.length + piece.length);
      both.set(this.#rest);
      both.set(piece, this.#rest.length);
      this.#rest = both;
    }
  }

  read(into: Uint8Array): number {
    let filled = 0;
    while (filled < into.length && !this.done) {
      if (this.#inflate === null) {
        if (!this.#begin()) break;
        continue;
      }
      const room = into.subarray(filled);
      const count = this.#inflate.read(room);
      const given = room.subarray(0, count);
      this.#size += count;
      if (this.#shell === "gzip") this.#sum = crc32(given, this.#sum);
      else if (this.#shell === "zlib") this.#sum = this.#inflate.adler ?? adler32(given, this.#sum);
      filled += count;
      if (this.#inflate.done) {
        if (!this.#end()) break;
      } else if (count < room.length) {
        if (this.#last) throw this.#cut();
        break;
      }
    }
    return filled;
  }

  #cut(): TruncatedError {
    return new TruncatedError(`the ${this.#shell} data was truncated`, { format: this.#shell });
  }

  #damaged(what: string): FormatError {
    return new FormatError(`the ${this.#shell} data is damaged: ${what}`, { format: this.#shell });
  }

  /** Takes the header; false when more bytes are needed. */
  #begin(): boolean {
    const bytes = this.#rest;
    if (this.#shell === "gzip" && this.#members > 0) {
      // Zeros may follow a member, and what comes after those is left alone, as Node does.
      if (bytes[0] === 0 || (bytes.length === 0 && this.#last)) {
        this.done = true;
        return true;
      }
    }
    const size = this.#shell === "gzip" ? gzipHead(bytes) : this.#shell === "zlib" ? zlibHead(bytes) : 0;
    if (size === null) throw this.#damaged("incorrect header check");
    if (size < 0) {
      if (this.#last) throw this.#cut();
      return false;
    }
    this.#inflate = inflater(this.#shell === "zlib");
    this.#inflate.push(bytes.subarray(size));
    this.#rest = EMPTY;
    this.#sum = this.#shell === "zlib" ? 1 : 0;
    this.#size = 0;
    return true;
  }

  /** Takes the trailer; false when more bytes are needed. */
  #end(): boolean {
    const bytes = (this.#inflate as Inflater).unused;
    const size = this.#shell === "gzip" ? 8 : this.#shell === "zlib" ? 4 : 0;
    if (bytes.length < size) {
      if (this.#last) throw this.#cut();
      return false;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (size === 8) {
      if (view.getUint32(0, true) !== this.#sum) throw this.#damaged("incorrect data check");
      if (view.getUint32(4, true) !== this.#size % 2 ** 32) throw this.#damaged("incorrect length check");
    } else if (size === 4 && view.getUint32(0) !== this.#sum) throw this.#damaged("incorrect data check");
    this.#members++;
    this.#inflate = null;
    this.#rest = bytes.subarray(size);
    if (this.#shell !== "gzip") this.done = true;
    return true;
  }
}

/** Bytes of a zlib header; -1 when they are not all there, null when it is none. */
function zlibHead(bytes: Uint8Array): number | null {
  if (bytes.length < 2) return -1;
  const [a, b] = bytes as unknown as [number, number];
  return (a & 15) === 8 && a >> 4 <= 7 && ((a << 8) | b) % 31 === 0 && (b & 32) === 0 ? 2 : null;
}

/** Bytes of a gzip header; -1 when they are not all there, null when it is none. */
function gzipHead(bytes: Uint8Array): number | null {
  if ([0x1f, 0x8b, 8].some((byte, i) => i < bytes.length && bytes[i] !== byte)) return null;
  if (bytes.length < 10) return -1;
  const flags = bytes[3] as number;
  if (flags & 0xe0) return null;
  let at = 10;
  if (flags & 4) {
    if (bytes.length < at + 2) return -1;
    at += 2 + ((bytes[at] as number) | ((bytes[at + 1] as number) << 8));
  }
  for (const flag of [8, 16]) {
    if (!(flags & flag)) continue;
    const end = bytes.indexOf(0, at);
    if (end < 0) return -1;
    at = end + 1;
  }
  if (flags & 2) at += 2;
  return at <= bytes.length ? at : -1;
}

/** Unpacks at once, without what a codec can do besides. Throws `FormatError`, `TruncatedError`, `LimitError`. */
export function inflateNow(shell: DeflateShell, bytes: Uint8Array, options: DecodeOptions = {}): Uint8Array {
  if (inflate === null) return drained(new DeflateDecoder(shell), bytes, options);
  const { maxOutput = Number.POSITIVE_INFINITY, limit = "maxBytes" } = options;
  const out = inflate.now(shell, bytes, maxOutput, options.size);
  if (out === null) throw new LimitError(limit, maxOutput, maxOutput + 1, { format: shell });
  return out;
}

function deflateCodec(shell: DeflateShell, prefix: readonly number[], extension: string): Codec {
  const decoder = (): Decoder => new DeflateDecoder(shell);
  return {
    name: shell,
    prefix: Uint8Array.from(prefix),
    extension,
    // joblib's own default for both.
    level: 3,
    decode: (bytes, options) => inflateNow(shell, bytes, options),
    encode: (bytes, level = 3) => deflate.now(shell, bytes, level),
    decoder,
    // The kernel is faster than Node's zlib, which also passes each piece between threads.
    pulls: () => true,
    decodePieces: (pieces) => (inflate === null ? drawn(decoder, pieces) : inflate.pieces(shell, pieces)),
    encodePieces: (pieces, level = 3) => deflate.pieces(shell, pieces, level),
    ready: readyInflater,
  };
}

/** Deflate without a shell, as zip entries hold it. */
export const deflateRaw: Codec = /* @__PURE__ */ deflateCodec("deflate-raw", [], ".deflate");
/** Deflate with zlib's two bytes before and Adler-32 behind (Python: `zlib`). */
export const zlib: Codec = /* @__PURE__ */ deflateCodec("zlib", [0x78], ".z");
/** gzip's members (Python: `gzip`). */
export const gzip: Codec = /* @__PURE__ */ deflateCodec("gzip", [0x1f, 0x8b], ".gz");

/**
 * Unpacks many blocks, side by side where the platform can (Node's thread pool). `sizes` are the bytes that each is to
 * give; one that gives more is a `LimitError`.
 */
export async function inflateMany(
  shell: DeflateShell,
  blocks: readonly Uint8Array[],
  sizes: readonly number[],
): Promise<Uint8Array[]> {
  if (inflate === null) await readyInflater();
  const run = async (block: Uint8Array, i: number): Promise<Uint8Array> => {
    const maxOutput = sizes[i] as number;
    if (inflate === null) return drained(new DeflateDecoder(shell), block, { maxOutput });
    const out = await inflate.aside(shell, block, maxOutput, maxOutput);
    if (out === null) throw new LimitError("maxBytes", maxOutput, maxOutput + 1, { format: shell });
    return out;
  };
  return Promise.all(blocks.map(run));
}

/** Packs many blocks, side by side where the platform can. */
export async function deflateMany(
  shell: DeflateShell,
  blocks: readonly Uint8Array[],
  level = 3,
): Promise<Uint8Array[]> {
  return Promise.all(blocks.map((block) => deflate.aside(shell, block, level)));
}

/** Packs a block in zlib's shell at once, without what a codec can do besides. */
export function packZlib(bytes: Uint8Array, level: number): Uint8Array {
  return deflateZlib.now(bytes, level);
}

/** Packs many, side by side where the platform can. */
export async function packZlibMany(blocks: readonly Uint8Array[], level: number): Promise<Uint8Array[]> {
  return Promise.all(blocks.map((block) => deflateZlib.aside(block, level)));
}
