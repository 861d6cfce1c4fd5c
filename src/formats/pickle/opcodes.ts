/**
 * The opcodes of pickle protocols 0 to 5: what each one reads and what it does to the stack.
 *
 * The disassembler, the optimizer and the finder of places run on this table; the fast loader does not import it.
 * Source: CPython 3.13, module pickletools (a test compares every row). The order is Python's, by purpose.
 *
 * @module
 */

/** How an opcode's argument is written in the stream, by pickletools' names. */
export type ArgKind =
  | "uint1"
  | "uint2"
  | "int4"
  | "uint4"
  | "uint8"
  | "decimalnl_short"
  | "decimalnl_long"
  | "floatnl"
  | "float8"
  | "long1"
  | "long4"
  | "stringnl"
  | "stringnl_noescape"
  | "stringnl_noescape_pair"
  | "string1"
  | "string4"
  | "bytes1"
  | "bytes4"
  | "bytes8"
  | "bytearray8"
  | "unicodestringnl"
  | "unicodestring1"
  | "unicodestring4"
  | "unicodestring8";

/** What can lie on the stack; `stackslice` is everything above the topmost `mark`. */
export type StackKind =
  | "any"
  | "mark"
  | "stackslice"
  | "int"
  | "int_or_bool"
  | "bool"
  | "float"
  | "bytes"
  | "bytes_or_str"
  | "bytearray"
  | "buffer"
  | "str"
  | "None"
  | "tuple"
  | "list"
  | "dict"
  | "set"
  | "frozenset";

/** One opcode. */
export interface Opcode {
  readonly name: string;
  /** Its byte in the stream. */
  readonly code: number;
  /** How its argument is written, `null` without one. */
  readonly arg: ArgKind | null;
  /** What it takes off the stack, the top last. */
  readonly before: readonly StackKind[];
  /** What it leaves there. */
  readonly after: readonly StackKind[];
  /** First protocol that has it. */
  readonly proto: number;
}

const row = (
  name: string,
  code: string,
  arg: ArgKind | null,
  before: string,
  after: string,
  proto: number,
): Opcode => ({
  name,
  code: code.charCodeAt(0),
  arg,
  before: kinds(before),
  after: kinds(after),
  proto,
});

const kinds = (text: string): readonly StackKind[] => (text === "" ? [] : (text.split(" ") as StackKind[]));

/**
 * Every opcode, in pickletools' order.
 *
 * @example
 * ```ts
 * OPCODE_LIST.length; // 68
 * ```
 */
export const OPCODE_LIST: readonly Opcode[] = /* @__PURE__ */ ((): readonly Opcode[] => [
  row("INT", "I", "decimalnl_short", "", "int_or_bool", 0),
  row("BININT", "J", "int4", "", "int", 1),
  row("BININT1", "K", "uint1", "", "int", 1),
  row("BININT2", "M", "uint2", "", "int", 1),
  row("LONG", "L", "decimalnl_long", "", "int", 0),
  row("LONG1", "\x8a", "long1", "", "int", 2),
  row("LONG4", "\x8b", "long4", "", "int", 2),
  row("STRING", "S", "stringnl", "", "bytes_or_str", 0),
  row("BINSTRING", "T", "string4", "", "bytes_or_str", 1),
  row("SHORT_BINSTRING", "U", "string1", "", "bytes_or_str", 1),
  row("BINBYTES", "B", "bytes4", "", "bytes", 3),
  row("SHORT_BINBYTES", "C", "bytes1", "", "bytes", 3),
  row("BINBYTES8", "\x8e", "bytes8", "", "bytes", 4),
  row("BYTEARRAY8", "\x96", "bytearray8", "", "bytearray", 5),
  row("NEXT_BUFFER", "\x97", null, "", "buffer", 5),
  row("READONLY_BUFFER", "\x98", null, "buffer", "buffer", 5),
  row("NONE", "N", null, "", "None", 0),
  row("NEWTRUE", "\x88", null, "", "bool", 2),
  row("NEWFALSE", "\x89", null, "", "bool", 2),
  row("UNICODE", "V", "unicodestringnl", "", "str", 0),
  row("SHORT_BINUNICODE", "\x8c", "unicodestring1", "", "str", 4),
  row("BINUNICODE", "X", "unicodestring4", "", "str", 1),
  row("BINUNICODE8", "\x8d", "unicodestring8", "", "str", 4),
  row("FLOAT", "F", "floatnl", "", "float", 0),
  row("BINFLOAT", "G", "float8", "", "float", 1),
  row("EMPTY_LIST", "]", null, "", "list", 1),
  row("APPEND", "a", null, "list any", "list", 0),
  row("APPENDS", "e", null, "list mark stackslice", "list", 1),
  row("LIST", "l", null, "mark stackslice", "list", 0),
  row("EMPTY_TUPLE", ")", null, "", "tuple", 1),
  row("TUPLE", "t", null, "mark stackslice", "tuple", 0),
  row("TUPLE1", "\x85", null, "any", "tuple", 2),
  row("TUPLE2", "\x86", null, "any any", "tuple", 2),
  row("TUPLE3", "\x87", null, "any any any", "tuple", 2),
  row("EMPTY_DICT", "}", null, "", "dict", 1),
  row("DICT", "d", null, "mark stackslice", "dict", 0),
  row("SETITEM", "s", null, "dict any any", "dict", 0),
  row("SETITEMS", "u", null, "dict mark stackslice", "dict", 1),
  row("EMPTY_SET", "\x8f", null, "", "set", 4),
  row("ADDITEMS", "\x90", null, "set mark stackslice", "set", 4),
  row("FROZENSET", "\x91", null, "mark stackslice", "frozenset", 4),
  row("POP", "0", null, "any", "", 0),
  row("DUP", "2", null, "any", "any any", 0),
  row("MARK", "(", null, "", "mark", 0),
  row("POP_MARK", "1", null, "mark stackslice", "", 1),
  row("GET", "g", "decimalnl_short", "", "any", 0),
  row("BINGET", "h", "uint1", "", "any", 1),
  row("LONG_BINGET", "j", "uint4", "", "any", 1),
  row("PUT", "p", "decimalnl_short", "", "", 0),
  row("BINPUT", "q", "uint1", "", "", 1),
  row("LONG_BINPUT", "r", "uint4", "", "", 1),
  row("MEMOIZE", "\x94", null, "any", "any", 4),
  row("EXT1", "\x82", "uint1", "", "any", 2),
  row("EXT2", "\x83", "uint2", "", "any", 2),
  row("EXT4", "\x84", "int4", "", "any", 2),
  row("GLOBAL", "c", "stringnl_noescape_pair", "", "any", 0),
  row("STACK_GLOBAL", "\x93", null, "str str", "any", 4),
  row("REDUCE", "R", null, "any any", "any", 0),
  row("BUILD", "b", null, "any any", "any", 0),
  row("INST", "i", "stringnl_noescape_pair", "mark stackslice", "any", 0),
  row("OBJ", "o", null, "mark any stackslice", "any", 1),
  row("NEWOBJ", "\x81", null, "any any", "any", 2),
  row("NEWOBJ_EX", "\x92", null, "any any any", "any", 4),
  row("PROTO", "\x80", "uint1", "", "", 2),
  row("STOP", ".", null, "any", "", 0),
  row("FRAME", "\x95", "uint8", "", "", 4),
  row("PERSID", "P", "stringnl_noescape", "", "any", 0),
  row("BINPERSID", "Q", null, "any", "any", 1),
])();

/**
 * The opcodes by their byte; `undefined` where a byte is none.
 *
 * @example
 * ```ts
 * OPCODES[0x2e]?.name; // "STOP"
 * ```
 */
export const OPCODES: readonly (Opcode | undefined)[] = /* @__PURE__ */ byCode();

function byCode(): readonly (Opcode | undefined)[] {
  const table: (Opcode | undefined)[] = new Array(256).fill(undefined);
  for (const opcode of OPCODE_LIST) table[opcode.code] = opcode;
  return table;
}
