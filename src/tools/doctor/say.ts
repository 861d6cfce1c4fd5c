/**
 * Writes values in the words of a protocol.
 *
 * @module
 */
import { decodeLatin1 } from "../../core/bytes/text.ts";
import { UnsupportedError } from "../../core/errors.ts";
import type { OpStream } from "../../families/joblib/stream.ts";
import { toPython2 } from "../../formats/pickle/compat.ts";

/** Pushes a class or function by an opcode that every protocol has. */
export function global(out: OpStream, module: string, name: string, protocol: number): void {
  const dot = name.lastIndexOf(".");
  if (dot > 0 && protocol < 4) {
    // Before protocol 4 a class in a class is asked for by getattr.
    global(out, "builtins", "getattr", protocol);
    global(out, module, name.slice(0, dot), protocol);
    out.text(name.slice(dot + 1));
    out.op(0x86);
    out.op(0x52);
    return;
  }
  demandOneLine("GLOBAL", module, name);
  out.global(...(protocol < 3 ? toPython2(module, name) : ([module, name] as [string, string])));
}

/** Throws `UnsupportedError` for names that an opcode of lines cannot have. */
export function demandOneLine(opcode: string, module: string, name: string): void {
  if (/\n/.test(module + name)) throw new UnsupportedError(opcode, "a name has a line break in it");
}

export function unicode(out: OpStream, bytes: Uint8Array): void {
  if (bytes.length > 0xffffffff) throw new UnsupportedError("BINUNICODE8", "a text is too long for older protocols");
  out.op4(0x58, bytes.length);
  out.raw(bytes);
}

/** Bytes, which before protocol 3 are what an encode of text gives. */
export function byteString(out: OpStream, bytes: Uint8Array, protocol: number): void {
  if (bytes.length > 0xffffffff) throw new UnsupportedError("BINBYTES8", "bytes are too many for older protocols");
  if (protocol >= 3) return out.byteString(bytes);
  if (bytes.length === 0) {
    out.global("__builtin__", "bytes");
    out.op(0x29);
  } else {
    out.global("_codecs", "encode");
    out.text(decodeLatin1(bytes));
    out.text("latin1");
    out.op(0x86);
  }
  out.op(0x52);
}

/** A bytearray, which only protocol 5 has an opcode for. */
export function byteArray(out: OpStream, bytes: Uint8Array, protocol: number): void {
  global(out, "builtins", "bytearray", protocol);
  if (protocol >= 3) {
    byteString(out, bytes, protocol);
    out.op(0x85);
  } else {
    out.text(decodeLatin1(bytes));
    out.text("latin-1");
    out.op(0x86);
  }
  out.op(0x52);
}
