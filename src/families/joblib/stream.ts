/**
 * A growing stream of pickle opcodes, protocol 3 as Python's own pickler in Python writes it.
 *
 * @module
 */
import { encodeUtf8 } from "../../core/bytes/text.ts";

/** Bytes of a pickle, written in order. */
export class OpStream {
  #out: Uint8Array = new Uint8Array(1024);
  #view = new DataView(this.#out.buffer);
  #n = 0;

  /** All bytes so far; shared with this stream. */
  bytes(): Uint8Array {
    return this.#out.subarray(0, this.#n);
  }

  #room(more: number): void {
    if (this.#n + more <= this.#out.length) return;
    const wider = new Uint8Array(Math.max(this.#out.length * 2, this.#n + more));
    wider.set(this.#out.subarray(0, this.#n));
    this.#out = wider;
    this.#view = new DataView(wider.buffer);
  }

  op(code: number): void {
    this.#room(1);
    this.#out[this.#n++] = code;
  }

  /** An opcode and a byte behind it. */
  op1(code: number, value: number): void {
    this.#room(2);
    this.#out[this.#n++] = code;
    this.#out[this.#n++] = value;
  }

  /** An opcode and four bytes behind it. */
  op4(code: number, value: number): void {
    this.#room(5);
    this.#out[this.#n] = code;
    this.#view.setUint32(this.#n + 1, value, true);
    this.#n += 5;
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#out.set(bytes, this.#n);
    this.#n += bytes.length;
  }

  /** `save_long`. */
  int(value: number | bigint): void {
    if (value >= 0 && value <= 0xff) this.op1(0x4b, Number(value));
    else if (value >= 0 && value <= 0xffff) {
      const n = Number(value);
      this.op1(0x4d, n & 255);
      this.op(n >> 8);
    } else if (value >= -0x80000000 && value <= 0x7fffffff) this.op4(0x4a, Number(value) >>> 0);
    else {
      const bytes = twosComplement(BigInt(value));
      if (bytes.length < 256) this.op1(0x8a, bytes.length);
      else this.op4(0x8b, bytes.length);
      this.raw(bytes);
    }
  }

  float(value: number): void {
    this.#room(9);
    this.#out[this.#n] = 0x47;
    this.#view.setFloat64(this.#n + 1, value);
    this.#n += 9;
  }

  text(value: string): void {
    const bytes = encodeUtf8(value);
    this.op4(0x58, bytes.length);
    this.raw(bytes);
  }

  byteString(value: Uint8Array): void {
    if (value.length < 256) this.op1(0x43, value.length);
    else this.op4(0x42, value.length);
    this.raw(value);
  }

  global(module: string, name: string): void {
    this.op(0x63);
    this.raw(encodeUtf8(`${module}\n${name}\n`));
  }

  get(slot: number): void {
    if (slot < 256) this.op1(0x68, slot);
    else this.op4(0x6a, slot);
  }

  put(slot: number): void {
    if (slot < 256) this.op1(0x71, slot);
    else this.op4(0x72, slot);
  }
}

/** `encode_long`: as few bytes as hold the value and its sign. */
function twosComplement(value: bigint): Uint8Array {
  const positive = value < 0n ? ~value : value;
  const digits = positive.toString(16);
  const bits = (digits.length - 1) * 4 + Number.parseInt(digits[0] as string, 16).toString(2).length;
  const size = Math.floor(bits / 8) + 1;
  const hex = BigInt.asUintN(size * 8, value)
    .toString(16)
    .padStart(size * 2, "0");
  const out = new Uint8Array(size);
  for (let i = 0; i < size; i++) out[i] = Number.parseInt(hex.slice((size - 1 - i) * 2, (size - i) * 2), 16);
  return out;
}
