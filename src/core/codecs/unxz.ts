/**
 * xz and the old lzma format read in plain TypeScript, for pages whose policy forbids WebAssembly.
 *
 * Sources: "The .xz File Format" 1.2.1, "The .lzma File Format".
 *
 * @module
 */
import { Crc64, crc32 } from "../bytes/digest.ts";
import { FormatError, TruncatedError, UnsupportedError } from "../errors.ts";
import type { Decoder } from "./codec.ts";
import { LzmaCore } from "./lzmacore.ts";
import { ByteQueue } from "./queue.ts";

const MAX_DICTIONARY = 2 ** 29;
const UNKNOWN = 2 ** 64;
const LZMA2 = 0x21;
const DELTA = 3;
/** Bytes of a check, by its number. */
const CHECK_SIZES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];

function damaged(format: string, what: string): FormatError {
  return new FormatError(`the ${format} data is damaged: ${what}`, { format });
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

function dictionary(size: number, format: string): number {
  if (size <= MAX_DICTIONARY) return size;
  throw new UnsupportedError("dictionary", `the ${format} data need a dictionary of more than 512 MiB`, { format });
}

abstract class Pulled implements Decoder {
  readonly queue: ByteQueue = new ByteQueue();
  last = false;
  done = false;
  readonly #format: string;

  constructor(format: string) {
    this.#format = format;
  }

  get held(): number {
    return this.queue.length;
  }

  push(piece: Uint8Array, last = false): void {
    this.queue.push(piece);
    this.last = last;
  }

  read(into: Uint8Array): number {
    let filled = 0;
    while (filled < into.length && !this.done) {
      const made = this.step(into, filled);
      if (made >= 0) filled += made;
      else if (this.last) throw new TruncatedError(`the ${this.#format} data was truncated`, { format: this.#format });
      else break;
    }
    return filled;
  }

  /** Does the next thing that can be done; -1 when more bytes are needed. */
  protected abstract step(into: Uint8Array, filled: number): number;
}

/** The old format: one stream of LZMA. */
export class Unlzma extends Pulled {
  #core: LzmaCore | null = null;
  #left = UNKNOWN;
  #members = 0;

  constructor() {
    super("lzma");
  }

  protected step(into: Uint8Array, filled: number): number {
    const core = this.#core;
    if (core === null) return this.#begin();
    const { queue } = this;
    const rest = core.input.length - core.at;
    if (queue.length > 0) {
      const more = queue.take(queue.length) as Uint8Array;
      const both = new Uint8Array(rest + more.length);
      both.set(core.input.subarray(core.at));
      both.set(more, rest);
      core.input = both;
      core.at = 0;
    }
    const stop = core.input.length;
    const made = core.run(into, filled, Math.min(into.length - filled, this.#left), stop, this.last);
    if (core.at > stop) return -1;
    if (this.#left !== UNKNOWN) this.#left -= made;
    if (this.#left === 0 && !core.ended) {
      if (!this.last && core.at + 24 > stop) return made > 0 ? made : -1;
      core.normalize();
      // An end mark may stand behind a size that is known.
      if (core.code !== 0 && !core.endMark()) throw damaged("lzma", "more comes out than its header says");
      this.#end(core);
    } else if (core.ended) {
      if (this.#left !== UNKNOWN && this.#left > 0) throw damaged("lzma", "less comes out than its header says");
      this.#end(core);
    } else if (made === 0) return -1;
    return made;
  }

  #end(core: LzmaCore): void {
    if (core.at > core.input.length) throw new TruncatedError("the lzma data was truncated", { format: "lzma" });
    if (core.code !== 0) throw damaged("lzma", "it does not end where it must");
    this.queue.push(core.input.subarray(core.at));
    this.#core = null;
    this.#members++;
  }

  #begin(): number {
    const { queue } = this;
    const head = queue.peek(18);
    if (head === null) {
      if (this.last && this.#members > 0) {
        this.done = true;
        return 0;
      }
      return -1;
    }
    if (head[0] !== 0x5d && this.#members > 0) {
      this.done = true;
      return 0;
    }
    if (head[0]! >= 225) throw new FormatError("this is no lzma data", { format: "lzma" });
    const core = new LzmaCore(dictionary(word(head, 1), "lzma"));
    core.setProps(head[0]!);
    const unknown = head.subarray(5, 13).every((byte) => byte === 255);
    this.#left = unknown ? UNKNOWN : word(head, 5) + word(head, 9) * 2 ** 32;
    core.input = (queue.take(18) as Uint8Array).slice(13);
    core.startRange();
    this.#core = core;
    return 0;
  }
}

const STREAM = 0;
const BLOCK = 1;
const CHUNK = 2;
const DATA = 3;
const CHECK = 4;
const INDEX = 5;
const BETWEEN = 6;

/** xz: streams of blocks of LZMA2, with their checks. */
export class Unxz extends Pulled {
  #state = STREAM;
  /** Blocks of the present stream. */
  #blocks = 0;
  #checkKind = 0;
  #core: LzmaCore | null = null;
  #deltas: { readonly distance: number; readonly history: Uint8Array; place: number }[] = [];
  /** Of the present block: bytes of packed data, and what came out. */
  #packed = 0;
  #unpacked = 0;
  #claims: { packed: number; unpacked: number } = { packed: -1, unpacked: -1 };
  /** Of the present chunk: bytes that are still to come out, of which kind. */
  #left = 0;
  #stored = false;
  #needsDictionary = true;
  #crc = 0;
  #crc64 = new Crc64();

  constructor() {
    super("xz");
  }

  protected step(into: Uint8Array, filled: number): number {
    switch (this.#state) {
      case STREAM:
        return this.#stream();
      case BLOCK:
        return this.#block();
      case CHUNK:
        return this.#chunk();
      case DATA:
        return this.#data(into, filled);
      case CHECK:
        return this.#check();
      case INDEX:
        return this.#index();
      default:
        return this.#between();
    }
  }

  #stream(): number {
    const head = this.queue.peek(12);
    if (head === null) return -1;
    const mark = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0];
    if (!mark.every((byte, i) => head[i] === byte)) throw new FormatError("this is no xz data", { format: "xz" });
    if (crc32(head.subarray(6, 8)) !== word(head, 8)) throw damaged("xz", "incorrect header check");
    if (head[6] !== 0 || head[7]! > 15) throw new UnsupportedError("xz options", "the xz data use flags that are new");
    this.#checkKind = head[7]!;
    this.queue.skip(12);
    this.#blocks = 0;
    this.#state = BLOCK;
    return 0;
  }

  #block(): number {
    const first = this.queue.peek(1);
    if (first === null) return -1;
    if (first[0] === 0) {
      this.#state = INDEX;
      return 0;
    }
    const size = (first[0]! + 1) * 4;
    const head = this.queue.peek(size);
    if (head === null) return -1;
    if (crc32(head.subarray(0, size - 4)) !== word(head, size - 4)) throw damaged("xz", "incorrect header check");
    this.queue.skip(size);
    const flags = head[1]!;
    let at = 2;
    const next = (): number => {
      let value = 0;
      for (let shift = 1; ; shift *= 128) {
        const byte = head[at++];
        if (byte === undefined || at > size - 4 || shift > 2 ** 56) throw damaged("xz", "a number is none");
        value += (byte & 127) * shift;
        if (byte < 128) return value;
      }
    };
    this.#claims = { packed: flags & 0x40 ? next() : -1, unpacked: flags & 0x80 ? next() : -1 };
    this.#deltas = [];
    this.#core = null;
    for (let i = 0; i <= (flags & 3); i++) {
      const id = next();
      const length = next();
      const props = head.subarray(at, at + length);
      at += length;
      if (id === LZMA2 && length === 1 && i === (flags & 3) && props[0]! <= 40) {
        const bits = props[0]!;
        this.#core = new LzmaCore(dictionary(bits === 40 ? 2 ** 32 : (2 | (bits & 1)) * 2 ** ((bits >> 1) + 11), "xz"));
      } else if (id === DELTA && length === 1) {
        this.#deltas.unshift({ distance: props[0]! + 1, history: new Uint8Array(256), place: 0 });
      } else {
        throw new UnsupportedError(
          "xz filter",
          `the xz data use the filter 0x${id.toString(16)}, which needs WebAssembly`,
          {
            format: "xz",
          },
        );
      }
    }
    if (this.#core === null) throw damaged("xz", "its last filter is not LZMA2");
    this.#packed = this.#unpacked = 0;
    this.#needsDictionary = true;
    this.#crc = 0;
    this.#crc64 = new Crc64();
    this.#state = CHUNK;
    return 0;
  }

  /** LZMA2: a chunk's header, and (where it is packed) all of its bytes. */
  #chunk(): number {
    const { queue } = this;
    const core = this.#core as LzmaCore;
    const control = queue.peek(1)?.[0];
    if (control === undefined) return -1;
    if (control === 0) {
      queue.skip(1);
      this.#packed++;
      this.#state = CHECK;
      return 0;
    }
    const isNew = control === 1 || control >= 0xe0;
    if (this.#needsDictionary && !isNew) throw damaged("xz", "it begins without a dictionary");
    if (control < 0x80) {
      if (control > 2) throw damaged("xz", "a chunk of an unknown kind");
      const head = queue.peek(3);
      if (head === null) return -1;
      queue.skip(3);
      this.#packed += 3;
      this.#left = ((head[1]! << 8) | head[2]!) + 1;
      this.#packed += this.#left;
      this.#stored = true;
      if (isNew) core.resetDictionary();
    } else {
      const reset = (control >> 5) & 3;
      const size = reset >= 2 ? 6 : 5;
      const head = queue.peek(size);
      if (head === null) return -1;
      const packed = ((head[3]! << 8) | head[4]!) + 1;
      if (queue.length < size + packed) return -1;
      queue.skip(size);
      if (isNew) core.resetDictionary();
      if (reset >= 2) {
        if (head[5]! >= 225 || (head[5]! % 9) + (Math.floor(head[5]! / 9) % 5) > 4) {
          throw damaged("xz", "its properties are none");
        }
        core.setProps(head[5]!);
      } else if (!core.hasProps) throw damaged("xz", "a chunk without properties");
      else if (reset === 1) core.resetState();
      this.#left = (((control & 31) << 16) | (head[1]! << 8) | head[2]!) + 1;
      core.input = (queue.take(packed) as Uint8Array).slice();
      core.at = 0;
      if (packed < 5) throw damaged("xz", "a chunk is too small");
      core.startRange();
      this.#packed += size + packed;
      this.#stored = false;
    }
    this.#needsDictionary = false;
    this.#state = DATA;
    return 0;
  }

  #data(into: Uint8Array, filled: number): number {
    const core = this.#core as LzmaCore;
    const want = Math.min(into.length - filled, this.#left);
    let made: number;
    if (this.#stored) {
      const bytes = this.queue.take(Math.min(want, this.queue.length)) as Uint8Array;
      if (bytes.length === 0) return -1;
      core.copyIn(bytes, into, filled);
      made = bytes.length;
    } else {
      made = core.run(into, filled, want, core.input.length, true);
      if (core.at > core.input.length || core.ended || made < want) throw damaged("xz", "a chunk ends too early");
    }
    this.#left -= made;
    this.#unpacked += made;
    const out = into.subarray(filled, filled + made);
    for (const delta of this.#deltas) undelta(delta, out);
    if (this.#checkKind === 1) this.#crc = crc32(out, this.#crc);
    else if (this.#checkKind === 4) this.#crc64.update(out);
    if (this.#left > 0) return made;
    if (!this.#stored) {
      core.normalize();
      if (core.at !== core.input.length || core.code !== 0) throw damaged("xz", "a chunk does not end where it must");
    }
    this.#state = CHUNK;
    return made;
  }

  #check(): number {
    const padding = (4 - (this.#packed & 3)) & 3;
    const size = CHECK_SIZES[this.#checkKind]!;
    const bytes = this.queue.take(padding + size);
    if (bytes === null) return -1;
    const { packed, unpacked } = this.#claims;
    if ((packed >= 0 && packed !== this.#packed) || (unpacked >= 0 && unpacked !== this.#unpacked)) {
      throw damaged("xz", "a block is not as large as its header says");
    }
    const right =
      this.#checkKind === 1
        ? word(bytes, padding) === this.#crc
        : this.#checkKind !== 4 ||
          (word(bytes, padding) === this.#crc64.low && word(bytes, padding + 4) === this.#crc64.high);
    if (!right || bytes.subarray(0, padding).some((byte) => byte !== 0)) throw damaged("xz", "incorrect data check");
    this.#blocks++;
    this.#state = BLOCK;
    return 0;
  }

  /** The index and the footer behind it: only their sums are looked at. */
  #index(): number {
    const { queue } = this;
    // Numbers of one to nine bytes: as many as the index claims.
    const bytes = queue.peek(queue.length) as Uint8Array;
    let at = 1;
    const next = (): number => {
      let value = 0;
      for (let shift = 1; ; shift *= 128) {
        const byte = bytes[at++];
        if (byte === undefined) return -1;
        if (shift > 2 ** 56) throw damaged("xz", "a number is none");
        value += (byte & 127) * shift;
        if (byte < 128) return value;
      }
    };
    const count = next();
    if (count < 0) return -1;
    if (count !== this.#blocks) throw damaged("xz", `its index tells of ${count} blocks, not ${this.#blocks}`);
    for (let i = 0; i < count * 2; i++) if (next() < 0) return -1;
    at = (at + 3) & ~3;
    if (bytes.length < at + 16) return -1;
    const footer = bytes.subarray(at + 4, at + 16);
    const right =
      crc32(bytes.subarray(0, at)) === word(bytes, at) &&
      crc32(footer.subarray(4, 10)) === word(footer, 0) &&
      (word(footer, 4) + 1) * 4 === at + 4 &&
      footer[9] === this.#checkKind &&
      footer[10] === 0x59 &&
      footer[11] === 0x5a;
    if (!right) throw damaged("xz", "incorrect index check");
    queue.skip(at + 16);
    this.#state = BETWEEN;
    return 0;
  }

  #between(): number {
    const { queue } = this;
    while (queue.peek(1)?.[0] === 0) queue.skip(1);
    const head = queue.peek(Math.min(6, queue.length)) as Uint8Array;
    const mark = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0];
    if (head.every((byte, i) => byte === mark[i]) && (head.length === 6 || !this.last)) {
      if (head.length < 6) return -1;
      this.#state = STREAM;
      return 0;
    }
    this.done = true;
    return 0;
  }
}

function undelta(
  delta: { readonly distance: number; readonly history: Uint8Array; place: number },
  out: Uint8Array,
): void {
  const { distance, history } = delta;
  let { place } = delta;
  for (let i = 0; i < out.length; i++) {
    const byte = (out[i]! + history[(place - distance) & 255]!) & 255;
    history[place & 255] = byte;
    out[i] = byte;
    place++;
  }
  delta.place = place & 255;
}
