/**
 * Walks the opcodes of a pickle as unpicklers do, which take more than pickletools does.
 *
 * Python's `genops` unescapes the names of GLOBAL, wants them in ASCII, and stops at an argument it cannot read; the
 * unpickler takes names as UTF-8 just as they stand. What looks into hostile streams must see what the unpickler sees.
 *
 * @module
 */
import { decodeLatin1, decodeUtf8 } from "../../../core/bytes/text.ts";
import { UnpicklingError } from "../../../core/errors.ts";
import { type ArgKind, OPCODES } from "../opcodes.ts";
import { type Arg, type Cursor, readArg } from "./args.ts";
import { asUnpickling, type Op, unknown } from "./genops.ts";

/** An opcode; `names` are the two lines of GLOBAL and INST, `complaint` says why its argument could not be read. */
export interface LenientOp extends Op {
  readonly names: readonly [module: string, name: string] | undefined;
  readonly complaint: string | undefined;
}

/** Sizes of the lengths before counted arguments. */
const COUNTED: ReadonlyMap<ArgKind, number> = new Map([
  ["string1", 1],
  ["bytes1", 1],
  ["unicodestring1", 1],
  ["long1", 1],
  ["string4", 4],
  ["bytes4", 4],
  ["unicodestring4", 4],
  ["long4", 4],
  ["bytes8", 8],
  ["unicodestring8", 8],
  ["bytearray8", 8],
]);

/** The opcodes up to and with the first STOP, as {@link LenientReader} reads them. Throws as it does. */
export function* lenientOps(bytes: Uint8Array, start: number): Generator<LenientOp, undefined> {
  const reader = new LenientReader(bytes, start);
  for (;;) {
    const op = reader.next();
    yield op;
    if (op.opcode.code === 0x2e) return;
  }
}

/** Reads opcode by opcode; an argument whose end is known but which cannot be read is `null`. */
export class LenientReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #cursor: Cursor;

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#cursor = { bytes, view: this.#view, at: start };
  }

  /** Goes on at another byte. */
  seek(at: number): void {
    this.#cursor.at = at;
  }

  /** The next opcode. Throws `UnpicklingError` where no reader could go on: an unknown opcode, an argument beyond the end. */
  next(): LenientOp {
    const cursor = this.#cursor;
    const pos = cursor.at;
    const opcode = OPCODES[this.#bytes[pos] ?? -1];
    if (opcode === undefined) throw unknown(this.#bytes, pos);
    cursor.at = pos + 1;
    const kind = opcode.arg;
    let arg: Arg = null;
    let names: [string, string] | undefined;
    let complaint: string | undefined;
    if (kind === null) return { opcode, arg, pos, end: cursor.at, names, complaint };
    if (kind === "stringnl_noescape_pair") {
      names = [line(cursor, pos, opcode.name), line(cursor, pos, opcode.name)];
      arg = `${names[0]} ${names[1]}`;
    } else if (kind === "stringnl_noescape") {
      arg = line(cursor, pos, opcode.name);
    } else {
      try {
        arg = readArg(kind, cursor);
      } catch (e) {
        const error = asUnpickling(e, opcode, pos);
        const end = endOf(kind, this.#bytes, this.#view, pos + 1);
        if (end < 0) throw error;
        cursor.at = end;
        complaint = error.reason;
      }
    }
    return { opcode, arg, pos, end: cursor.at, names, complaint };
  }
}

/** Byte behind an argument, -1 where the bytes do not tell. */
function endOf(kind: ArgKind, bytes: Uint8Array, view: DataView, at: number): number {
  const width = COUNTED.get(kind);
  if (width === undefined) return /nl|decimal/.test(kind) ? bytes.indexOf(0x0a, at) + 1 || -1 : -1;
  if (at + width > bytes.length) return -1;
  const signed = kind === "string4" || kind === "long4";
  const size =
    width === 1
      ? view.getUint8(at)
      : width === 8
        ? Number(view.getBigUint64(at, true))
        : signed
          ? view.getInt32(at, true)
          : view.getUint32(at, true);
  const end = at + width + size;
  return size < 0 || end > bytes.length ? -1 : end;
}

/** A line as the unpickler takes it: UTF-8; where it is none, byte by byte, so that it is seen all the same. */
function line(cursor: Cursor, pos: number, opcode: string): string {
  const { bytes, at } = cursor;
  const end = bytes.indexOf(0x0a, at);
  if (end < 0) throw new UnpicklingError("no newline found behind a name", { offset: pos, opcode });
  cursor.at = end + 1;
  try {
    return decodeUtf8(bytes, at, end);
  } catch {
    return decodeLatin1(bytes, at, end);
  }
}
