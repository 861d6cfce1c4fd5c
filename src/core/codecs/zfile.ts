/**
 * joblib's own packed files, of versions before 0.10: `ZF`, the length as hexadecimal text, zlib's data.
 *
 * Source: joblib/numpy_pickle_compat.py.
 *
 * @module
 */
import { FormatError, TruncatedError } from "../errors.ts";
import { type Codec, type DecodeOptions, type Decoder, drained, drawn } from "./codec.ts";
import { zlib } from "./deflate.ts";
import { ByteQueue } from "./queue.ts";

const MARK = [0x5a, 0x46];
/** The mark, and `len(hex(2 ** 64))` characters of length. */
const HEAD = 21;

/** The length that a header claims; -1 when it is none. */
function claimed(head: Uint8Array): number {
  const text = String.fromCharCode(...head.subarray(2));
  const match = /^0x([0-9a-f]{1,16})L? *$/.exec(text);
  return match ? Number.parseInt(match[1] as string, 16) : -1;
}

class ZFileDecoder implements Decoder {
  readonly #head = new ByteQueue();
  readonly #inner: Decoder = zlib.decoder();
  #size = -1;
  #given = 0;
  #last = false;
  #begun = false;

  get done(): boolean {
    return this.#inner.done;
  }

  get held(): number {
    return this.#head.length + (this.#inner.held ?? 0);
  }

  push(piece: Uint8Array, last = false): void {
    this.#last = last;
    if (this.#begun) {
      this.#inner.push(piece, last);
      return;
    }
    this.#head.push(piece);
    // A byte more than the header: Python 2 wrote one space too many.
    if (this.#head.length <= HEAD && !last) return;
    const head = this.#head.take(HEAD);
    if (head === null) throw new TruncatedError("the ZFile data was truncated", { format: "ZFile" });
    this.#size = MARK.every((byte, i) => head[i] === byte) ? claimed(head) : -1;
    if (this.#size < 0) throw new FormatError("the ZFile data is damaged: no length", { format: "ZFile" });
    if (this.#head.peek(1)?.[0] === 0x20) this.#head.skip(1);
    this.#begun = true;
    this.#inner.push(this.#head.take(this.#head.length) as Uint8Array, last);
  }

  read(into: Uint8Array): number {
    if (!this.#begun) return 0;
    const filled = this.#inner.read(into);
    this.#given += filled;
    if (this.#given > this.#size || (this.done && this.#given !== this.#size)) {
      throw new FormatError(`the ZFile data is damaged: ${this.#given} bytes came out, not ${this.#size}`, {
        format: "ZFile",
      });
    }
    if (this.#last && !this.done && filled < into.length) {
      throw new TruncatedError("the ZFile data was truncated", { format: "ZFile" });
    }
    return filled;
  }
}

function headed(size: number, packed: Uint8Array): Uint8Array {
  const head = `ZF0x${size.toString(16)}`.padEnd(HEAD);
  const out = new Uint8Array(HEAD + packed.length);
  for (let i = 0; i < HEAD; i++) out[i] = head.charCodeAt(i);
  out.set(packed, HEAD);
  return out;
}

/** joblib's packed files of before 0.10. */
export const zfile: Codec = {
  name: "ZFile",
  prefix: /* @__PURE__ */ Uint8Array.from(MARK),
  extension: ".z",
  level: 3,
  decode(bytes: Uint8Array, options: DecodeOptions = {}): Uint8Array {
    const size = MARK.every((byte, i) => bytes[i] === byte) ? claimed(bytes.subarray(0, HEAD)) : -1;
    if (size < 0 || size > (options.maxOutput ?? size)) return drained(new ZFileDecoder(), bytes, options);
    const start = bytes[HEAD] === 0x20 ? HEAD + 1 : HEAD;
    // One byte more than the header says is enough to see that it lies.
    const out = zlib.decode(bytes.subarray(start), { maxOutput: size + 1 });
    if (out.length === size) return out;
    throw new FormatError(`the ZFile data is damaged: ${out.length} bytes came out, not ${size}`, { format: "ZFile" });
  },
  encode: (bytes, level = 3) => headed(bytes.length, zlib.encode(bytes, level)),
  decoder: () => new ZFileDecoder(),
  decodePieces: (pieces) => drawn(() => new ZFileDecoder(), pieces),
  async *encodePieces(pieces, level = 3) {
    const all: Uint8Array[] = [];
    let size = 0;
    for await (const piece of pieces) {
      all.push(piece);
      size += piece.length;
    }
    async function* again(): AsyncGenerator<Uint8Array> {
      yield* all;
    }
    yield headed(size, new Uint8Array(0));
    yield* zlib.encodePieces(again(), level);
  },
};
