/**
 * The opcodes off the fast path, and the uncommon forms of those on it.
 *
 * @module
 */
import { StreamValue } from "../../../core/pack.ts";
import { PyDict } from "../../../core/values/dict.ts";
import { PyByteArray } from "../../../core/values/scalars.ts";
import { PyFrozenSet } from "../../../core/values/set.ts";
import { type PyTuple, tupleFrom } from "../../../core/values/tuple.ts";
import {
  bad,
  bytesPayload,
  decimal,
  digitsEnd,
  GO_ON,
  hashing,
  line,
  lineAt,
  lines,
  oldString,
  payload,
  plainFloat,
  signed4,
  size4,
  size8,
  slice,
  slotOf,
  truthAt,
} from "./args.ts";
import { makeList } from "./build.ts";
import { escapeDecode, rawUnicodeEscape } from "./escapes.ts";
import { addItems, appendTo, elements, setItems } from "./fill.ts";
import type { Globals } from "./globals.ts";
import { longFromBytes, textFloat, textInt, textLong } from "./numbers.ts";
import { DONE, more, STREAM, type State } from "./state.ts";

/** Runs the opcode at `m.pos`; returns -1 to go on, else what `step` is to return. */
export function rareStep(m: State, op: number): number {
  const globals = m.globals as Globals;
  const stack = m.stack;
  switch (op) {
    case 0x80: {
      // PROTO
      const proto = m.bytes[m.pos + 1] as number;
      if (proto > 5) throw m.fail(`unsupported pickle protocol: ${proto}`);
      m.proto = proto;
      m.pos += 2;
      return GO_ON;
    }
    case 0x95: {
      // FRAME
      const size = size8(m);
      const stop = m.base + m.pos + 9 + size;
      if (m.last && stop > m.base + m.end) throw m.fail("pickle data was truncated: the frame is longer than the data");
      m.frameEnd = stop;
      m.pos += 9;
      return GO_ON;
    }
    case 0x2e: {
      // STOP
      m.realize(0);
      if (m.sp <= fence(m)) throw m.mp > 0 ? m.fail("unexpected MARK found") : underflow(m);
      if (m.frameEnd > m.base + m.end) return more(m, m.frameEnd - m.base - m.pos);
      m.pos++;
      m.sp--;
      return DONE;
    }
    // Payloads
    case 0x8a: // LONG1
      return payload(m, 2, m.bytes[m.pos + 1] as number, (at, size) =>
        longFromBytes(m.bytes, m.dataView(), at, size, m.bigints),
      );
    case 0x8b: // LONG4
      return payload(m, 5, signed4(m, "LONG"), (at, size) => longFromBytes(m.bytes, m.dataView(), at, size, m.bigints));
    case 0x8c: // SHORT_BINUNICODE
      return payload(m, 2, m.bytes[m.pos + 1] as number, (at, size) => m.strings.cut(at, size));
    case 0x58: // BINUNICODE
      return payload(m, 5, size4(m), (at, size) => m.strings.cut(at, size));
    case 0x8d: // BINUNICODE8
      return payload(m, 9, size8(m), (at, size) => m.strings.cut(at, size));
    case 0x43: // SHORT_BINBYTES
      return payload(m, 2, m.bytes[m.pos + 1] as number, (at, size) => slice(m, at, size));
    case 0x42: // BINBYTES
      return bytesPayload(m, 5, size4(m), itself);
    case 0x8e: // BINBYTES8
      return bytesPayload(m, 9, size8(m), itself);
    case 0x96: // BYTEARRAY8
      return bytesPayload(m, 9, size8(m), byteArrayOver);
    case 0x55: // SHORT_BINSTRING
      return payload(m, 2, m.bytes[m.pos + 1] as number, (at, size) => oldString(m, m.bytes.subarray(at, at + size)));
    case 0x54: // BINSTRING
      return payload(m, 5, signed4(m, "BINSTRING"), (at, size) => oldString(m, m.bytes.subarray(at, at + size)));
    // Lines
    case 0x49: {
      // INT
      const stop = m.bigints ? 0 : digitsEnd(m);
      if (stop > 0) {
        m.stack[m.sp++] = decimal(m, stop);
        m.pos = stop + 1;
        return GO_ON;
      }
      const truth = truthAt(m);
      if (truth !== undefined) return push(m, m.sp, truth, 4);
      return line(
        m,
        (text) => textInt(text, m.bigints, globals.maxDigits) ?? bad(m, `could not convert string to int: '${text}'`),
      );
    }
    case 0x4c: // LONG
      return line(m, (text) => {
        if (text === "") bad(m, "pickle data was truncated: an empty line");
        return (
          textLong(text.replace(/L$/, ""), m.bigints, globals.maxDigits) ??
          bad(m, `invalid literal for int(): '${text}'`)
        );
      });
    case 0x46: {
      // FLOAT
      const stop = m.bigints ? 0 : plainFloat(m);
      if (stop > 0) {
        m.pos = stop + 1;
        return GO_ON;
      }
      return line(m, (text) => {
        const value = textFloat(text) ?? bad(m, `could not convert string to float: '${text}'`);
        if (!m.bigints && value - Math.floor(value) === 0 && (value !== 0 || 1 / value > 0)) m.notes.add(m.sp);
        return value;
      });
    }
    case 0x53: // STRING
      return line(m, (text) => {
        const quoted = /^(['"])([\s\S]*)\1$/.exec(text);
        if (quoted === null) bad(m, "the STRING opcode argument must be quoted");
        return oldString(m, escapeDecode(quoted[2] as string) ?? bad(m, "invalid \\x escape"));
      });
    case 0x56: {
      // UNICODE
      const found = lineAt(m, 1);
      if (found === null) return more(m, m.end - m.pos + 1, true);
      m.stack[m.sp++] = rawUnicodeEscape(found.text) ?? bad(m, "truncated \\uXXXX escape");
      m.pos = found.next;
      return GO_ON;
    }
    case 0x63: {
      // GLOBAL
      return lines(m, (module, name) => globals.find(m, module, name));
    }
    case 0x69: // INST
      return lines(m, (module, name) => {
        const from = popMark(m);
        const args = takeTuple(m, from);
        return globals.instantiate(m, globals.find(m, module, name), args);
      });
    case 0x67: {
      // GET
      const stop = digitsEnd(m);
      if (stop > 0) {
        const value = m.memo[decimal(m, stop)];
        if (value !== undefined && m.floatSlots === null && m.forwards === null) {
          m.stack[m.sp++] = value;
          m.pos = stop + 1;
          return GO_ON;
        }
      }
      return line(m, (text) => {
        const slot = slotOf(m, text);
        const value = m.memo[slot] ?? m.recall(slot);
        if (value === undefined && m.memo[slot] !== null) bad(m, `memo ${slot} is empty`);
        if (m.floatSlots?.has(slot)) m.notes.add(m.sp);
        return value === undefined ? null : (m.forwards?.get(value) ?? value);
      });
    }
    case 0x70: {
      // PUT
      const stop = digitsEnd(m);
      if (stop > 0) {
        need(m, 1);
        const slot = decimal(m, stop);
        const value = m.stack[m.sp - 1];
        if (slot === m.memoCount && slot === m.memoTop && typeof value !== "symbol" && typeof value !== "number") {
          m.memo[slot] = value;
          m.memoTop = ++m.memoCount;
        } else m.put(slot);
        m.pos = stop + 1;
        return GO_ON;
      }
      const text = lineAt(m, 1);
      if (text === null) return more(m, m.end - m.pos + 1, true);
      need(m, 1);
      m.put(slotOf(m, text.text));
      m.pos = text.next;
      return GO_ON;
    }
    case 0x50: // PERSID
      return line(m, (text) => {
        if (/[\x80-\xff]/.test(text)) bad(m, "persistent IDs in protocol 0 must be ASCII strings");
        return globals.persistent(m, text);
      });
    // Memo
    case 0x71: // BINPUT
      need(m, 1);
      m.put(m.bytes[m.pos + 1] as number);
      return go(m, 2);
    case 0x72: // LONG_BINPUT
      need(m, 1);
      m.put(size4(m));
      return go(m, 5);
    case 0x94: // MEMOIZE
      need(m, 1);
      m.put(m.memoCount);
      return go(m, 1);
    // Stack
    case 0x30: {
      // POP
      if (m.mp > 0 && m.marks[m.mp - 1] === m.sp) m.mp--;
      else if (m.mp > 0 && m.joins[m.mp - 1] === m.sp) m.unjoinEmpty();
      else {
        need(m, 1);
        globals.discard(stack[m.sp - 1]);
        m.drop(m.sp - 1);
      }
      return go(m, 1);
    }
    case 0x31: {
      // POP_MARK
      m.drop(popMark(m));
      return go(m, 1);
    }
    case 0x32: {
      // DUP
      need(m, 1);
      m.realize(m.sp - 1);
      if (m.notes.has(m.sp - 1)) m.notes.add(m.sp);
      m.stack[m.sp] = m.stack[m.sp - 1];
      m.sp++;
      return go(m, 1);
    }
    // Containers
    case 0x74: // TUPLE, which only lacks its mark here
    case 0x85:
    case 0x86:
    case 0x87:
      throw op === 0x74 ? noMark(m) : underflow(m);
    case 0x6c: {
      // LIST
      const from = popMark(m);
      m.realize(from);
      return push(m, from, from === m.sp ? [] : makeList(stack, from, m.sp, m.notes), 1);
    }
    case 0x64: {
      // DICT
      const from = popMark(m);
      m.realize(from);
      if (from === m.sp) return push(m, from, m.shapes.emptyDict(), 1);
      if ((m.sp - from) & 1) throw m.fail("odd number of items for DICT");
      return push(
        m,
        from,
        hashing(m, () => m.shapes.makeDict(stack, from, m.sp, m.notes)),
        1,
      );
    }
    case 0x91: {
      // FROZENSET
      const from = popMark(m);
      m.realize(from);
      return push(m, from, PyFrozenSet.of(hashing(m, () => elements(m, from))), 1);
    }
    case 0x90: {
      // ADDITEMS
      const from = popMark(m);
      needBelow(m, from);
      m.realize(from - 1);
      if (m.sp > from) addItems(m, globals, from);
      m.drop(from);
      return go(m, 1);
    }
    case 0x61: // APPEND
      need(m, 2);
      m.realize(m.sp - 2);
      appendTo(m, globals, m.sp - 1);
      return go(m, 1);
    case 0x65: {
      // APPENDS
      const from = popMark(m);
      needBelow(m, from);
      m.realize(from - 1);
      // As CPython: without items, what they would go to is not looked at.
      if (m.sp > from) appendTo(m, globals, from);
      return go(m, 1);
    }
    case 0x73: // SETITEM
      need(m, 3);
      m.realize(m.sp - 3);
      setItems(m, globals, m.sp - 2);
      return go(m, 1);
    case 0x75: {
      // SETITEMS
      const from = popMark(m);
      needBelow(m, from);
      m.realize(from - 1);
      if ((m.sp - from) & 1) throw m.fail("odd number of items for SETITEMS");
      if (m.sp > from) setItems(m, globals, from);
      return go(m, 1);
    }
    // Classes and instances
    case 0x93: {
      // STACK_GLOBAL
      need(m, 2);
      const module = stack[m.sp - 2];
      const name = stack[m.sp - 1];
      if (typeof module !== "string" || typeof name !== "string") throw m.fail("STACK_GLOBAL requires str");
      return push(m, m.sp - 2, globals.find(m, module, name), 1);
    }
    case 0x52: {
      // REDUCE
      need(m, 2);
      m.realize(m.sp - 2);
      return push(m, m.sp - 2, globals.reduce(m, stack[m.sp - 2], stack[m.sp - 1]), 1);
    }
    case 0x81: {
      // NEWOBJ
      need(m, 2);
      m.realize(m.sp - 2);
      return push(m, m.sp - 2, globals.make(m, stack[m.sp - 2], stack[m.sp - 1], null), 1);
    }
    case 0x92: {
      // NEWOBJ_EX
      need(m, 3);
      m.realize(m.sp - 3);
      const kwargs = stack[m.sp - 1];
      if (!(kwargs instanceof PyDict)) throw m.fail("NEWOBJ_EX expected a dict of keyword arguments");
      return push(m, m.sp - 3, globals.make(m, stack[m.sp - 3], stack[m.sp - 2], kwargs), 1);
    }
    case 0x6f: {
      // OBJ
      const from = popMark(m);
      if (m.sp - from < 1) throw underflow(m);
      m.realize(from);
      const args = takeTuple(m, from + 1);
      return push(m, from, globals.instantiate(m, stack[from], args), 1);
    }
    case 0x62: {
      // BUILD
      need(m, 2);
      m.realize(m.sp - 2);
      const at = m.sp - 2;
      const before = stack[at];
      const after = globals.build(m, before, stack[m.sp - 1], m.notes.has(m.sp - 1));
      m.drop(m.sp - 1);
      if (after instanceof StreamValue) {
        m.stream = after;
        m.pos++;
        return STREAM;
      }
      if (after !== before) {
        stack[at] = after;
        m.replace(before, after);
      }
      return go(m, 1);
    }
    case 0x82: // EXT1
      return push(m, m.sp, globals.extension(m, m.bytes[m.pos + 1] as number), 2);
    case 0x83: // EXT2
      return push(
        m,
        m.sp,
        globals.extension(m, (m.bytes[m.pos + 1] as number) | ((m.bytes[m.pos + 2] as number) << 8)),
        3,
      );
    case 0x84: // EXT4
      return push(m, m.sp, globals.extension(m, size4(m) | 0), 5);
    case 0x51: // BINPERSID
      need(m, 1);
      m.realize(m.sp - 1);
      return push(m, m.sp - 1, globals.persistent(m, stack[m.sp - 1]), 1);
    case 0x97: // NEXT_BUFFER
      return push(m, m.sp, globals.nextBuffer(m), 1);
    case 0x98: {
      // READONLY_BUFFER
      need(m, 1);
      const buffer = stack[m.sp - 1];
      if (!(buffer instanceof Uint8Array || (typeof buffer === "object" && buffer !== null && "bytes" in buffer))) {
        throw m.fail("a bytes-like object is required");
      }
      return go(m, 1);
    }
  }
  throw m.fail(`invalid load key, '\\x${op.toString(16).padStart(2, "0")}'`);
}

const itself = (bytes: Uint8Array): Uint8Array => bytes;

/** A bytearray of the same memory. */
export function byteArrayOver({ buffer, byteOffset, length }: Uint8Array): PyByteArray {
  return new PyByteArray(buffer as ArrayBuffer, byteOffset, length);
}

function fence(m: State): number {
  return m.mp > 0 ? m.joins[m.mp - 1] || (m.marks[m.mp - 1] as number) : 0;
}

function underflow(m: State): Error {
  return m.fail(m.mp > 0 && m.sp === fence(m) ? "unexpected MARK found" : "unpickling stack underflow");
}

function noMark(m: State): Error {
  return m.fail("could not find MARK");
}

function need(m: State, count: number): void {
  if (m.sp - count < fence(m)) throw underflow(m);
}

function needBelow(m: State, from: number): void {
  if (from - 1 < fence(m)) throw underflow(m);
}

function go(m: State, size: number): number {
  m.pos += size;
  return GO_ON;
}

/** What a rebuilt object takes, as much as a set. */
const OBJECT_BYTES = 200;

/** Replaces the stack from `at` on by one value. */
function push(m: State, at: number, value: unknown, size: number): number {
  if ((m.alloc += OBJECT_BYTES) > m.maxAlloc) m.overdrawn(m.pos);
  m.drop(at);
  m.stack[m.sp++] = value;
  m.pos += size;
  return GO_ON;
}

function popMark(m: State): number {
  if (m.mp === 0) throw noMark(m);
  if (m.joins[m.mp - 1] !== 0) m.unjoin();
  return m.marks[--m.mp] as number;
}

function takeTuple(m: State, from: number): PyTuple {
  m.realize(from);
  const items = m.stack.slice(from, m.sp);
  const floats = m.notes.claim(m.stack, from, false);
  m.drop(from);
  return tupleFrom(items, floats);
}
