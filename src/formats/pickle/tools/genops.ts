import { UnpicklingError } from "../../../core/errors.ts";
import { reprBytes } from "../../../core/values/literal.ts";
import { OPCODES, type Opcode } from "../opcodes.ts";
import { type Arg, type Cursor, readArg } from "./args.ts";
import { Malformed } from "./text.ts";

/** One opcode in a stream. */
export interface Op {
  readonly opcode: Opcode;
  /** Decoded argument: bytes are views of the input, ints bigint only when no number is exact, `null` without one. */
  readonly arg: Arg;
  /** Byte offset of the opcode. */
  readonly pos: number;
  /** Byte offset behind its argument. */
  readonly end: number;
}

/**
 * Walks the opcodes of a pickle from byte `start` up to and with the first STOP, executing nothing.
 *
 * Throws `UnpicklingError` with offset and opcode where pickletools raises `ValueError`, in its words.
 * Source: Python's `pickletools.genops`.
 *
 * @example
 * ```ts
 * import { genops } from "brine/pickletools";
 * [...genops(new Uint8Array([0x4b, 7, 0x2e]))].map(({ opcode, arg }) => [opcode.name, arg]);
 * // [["BININT1", 7], ["STOP", null]]
 * ```
 */
export function* genops(bytes: Uint8Array, start = 0): Generator<Op, undefined> {
  const cursor: Cursor = { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), at: start };
  for (;;) {
    const pos = cursor.at;
    const opcode = OPCODES[bytes[pos] ?? -1];
    if (opcode === undefined) throw unknown(bytes, pos);
    cursor.at = pos + 1;
    const arg = opcode.arg === null ? null : read(opcode, cursor, pos);
    yield { opcode, arg, pos, end: cursor.at };
    if (opcode.code === 0x2e) return;
  }
}

function read(opcode: Opcode, cursor: Cursor, pos: number): Arg {
  try {
    return readArg(opcode.arg!, cursor);
  } catch (e) {
    throw asUnpickling(e, opcode, pos);
  }
}

/** Gives a reason its place; a native error can only mean a string or bigint beyond the engine's size. */
export function asUnpickling(e: unknown, opcode: Opcode, pos: number): UnpicklingError {
  const place = { offset: pos, opcode: opcode.name };
  if (e instanceof Malformed) return new UnpicklingError(e.message, place);
  return new UnpicklingError("the argument is too large for this JavaScript engine", { ...place, cause: e });
}

/** What is wrong at a byte that is no opcode. */
export function unknown(bytes: Uint8Array, pos: number): UnpicklingError {
  if (pos >= bytes.length) return new UnpicklingError("pickle exhausted before seeing STOP", { offset: pos });
  const code = reprBytes(bytes.subarray(pos, pos + 1));
  return new UnpicklingError(`at position ${pos}, opcode ${code} unknown`, { offset: pos });
}
