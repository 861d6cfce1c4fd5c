/**
 * The fast unpickling machine: one switch, the state in locals, values made from ranges of the stack.
 *
 * Opcodes are written as numbers, since only literals make a jump table; the names stand beside them.
 *
 * @module
 */

import { PyDict } from "../../../core/values/dict.ts";
import { PySet } from "../../../core/values/set.ts";
import { EMPTY_TUPLE, tupleFrom } from "../../../core/values/tuple.ts";
import { cut } from "./args.ts";
import { makeList } from "./build.ts";
import { floatRun } from "./floatrun.ts";
import { frameStop, joined } from "./joins.ts";
import { longRun } from "./longrun.ts";
import { longFromBytes, shortLong } from "./numbers.ts";
import { rareStep } from "./rare.ts";
import { more, NEAR, NEW_DICT, NEW_LIST, type State } from "./state.ts";

/** Bytes that follow an opcode at least; lines and payloads are looked at by their own. */
const FIXED: Uint8Array = /* @__PURE__ */ (() => {
  const sizes = new Uint8Array(256);
  const set = (size: number, ...codes: number[]): void => {
    for (const c of codes) sizes[c] = size;
  };
  set(1, 0x4b, 0x55, 0x43, 0x8c, 0x8a, 0x68, 0x71, 0x80, 0x82);
  set(2, 0x4d, 0x83);
  set(4, 0x4a, 0x54, 0x42, 0x58, 0x8b, 0x6a, 0x72, 0x84);
  set(8, 0x47, 0x8d, 0x8e, 0x96, 0x95);
  return sizes;
})();

/** What an empty one takes in V8, rounded up; what it holds is paid for by its own bytes. */
const LIST_BYTES = 72;
const DICT_BYTES = 96;
const SET_BYTES = 200;
const TUPLE_BYTES = 96;
const VIEW_BYTES = 104;

/**
 * Runs the machine until the pickle ends (DONE, the value on the stack at `sp`), the window runs dry (MORE, at the start
 * of an opcode, `need` bytes wanted), or bytes follow that are no pickle (STREAM).
 */
export function step(m: State): number {
  const bytes = m.bytes;
  // A view is made faster of these than by `subarray`, which looks for a species.
  const buffer = bytes.buffer;
  const start = bytes.byteOffset;
  const end = m.end;
  const stack = m.stack;
  const memo = m.memo;
  const notes = m.notes;
  const strings = m.strings;
  let p = m.pos;
  let sp = m.sp;
  // Up to here large integers are not looked for again.
  let tried = 0;
  // Items at or below the fence belong to somebody else: a mark stands there.
  let fence = m.mp > 0 ? m.joins[m.mp - 1] || (m.marks[m.mp - 1] as number) : 0;

  for (;;) {
    if (p >= end - 9) {
      const wanted = p < end ? 1 + (FIXED[bytes[p] as number] as number) : 1;
      if (p + wanted > end) {
        m.pos = p;
        m.sp = sp;
        return more(m, wanted);
      }
    }
    const op = bytes[p] as number;
    switch (op) {
      case 0x4b: // BININT1
        stack[sp++] = m.bigints ? BigInt(bytes[p + 1] as number) : bytes[p + 1];
        p += 2;
        continue;
      case 0x4d: {
        // BININT2
        const value = (bytes[p + 1] as number) | ((bytes[p + 2] as number) << 8);
        stack[sp++] = m.bigints ? BigInt(value) : value;
        p += 3;
        continue;
      }
      case 0x4a: {
        // BININT
        const value =
          (bytes[p + 1] as number) |
          ((bytes[p + 2] as number) << 8) |
          ((bytes[p + 3] as number) << 16) |
          ((bytes[p + 4] as number) << 24);
        stack[sp++] = m.bigints ? BigInt(value) : value;
        p += 5;
        continue;
      }
      case 0x8a: {
        // LONG1
        const size = bytes[p + 1] as number;
        if (p + 2 + size > end) break;
        if (bytes[p + 2 + size] === 0x8a && size >= 8 && p >= tried) {
          m.pos = p;
          m.sp = sp;
          tried = longRun(m);
          sp = m.sp;
          if (m.pos > p) {
            p = m.pos;
            continue;
          }
        }
        stack[sp++] =
          size <= 6 && !m.bigints
            ? shortLong(bytes, p + 2, size)
            : longFromBytes(bytes, m.dataView(), p + 2, size, m.bigints);
        p += 2 + size;
        continue;
      }
      case 0x47: {
        // BINFLOAT
        const value = (m.view ?? m.dataView()).getFloat64(p + 1);
        // The remainder of one would be asked of the C library.
        if (value - Math.floor(value) === 0 && !m.bigints && !(value === 0 && 1 / value < 0)) notes.add(sp);
        stack[sp++] = value;
        p += 9;
        continue;
      }
      case 0x68: // BINGET
      case 0x6a: {
        // LONG_BINGET
        const slot =
          op === 0x68
            ? (bytes[p + 1] as number)
            : ((bytes[p + 1] as number) |
                ((bytes[p + 2] as number) << 8) |
                ((bytes[p + 3] as number) << 16) |
                ((bytes[p + 4] as number) << 24)) >>>
              0;
        let value = slot < m.memoTop ? memo[slot] : undefined;
        if (value === undefined) {
          m.pos = p;
          m.sp = sp;
          value = m.recall(slot);
          if (value === undefined) throw m.fail(`memo ${slot} is empty`);
          fence = m.mp > 0 ? m.joins[m.mp - 1] || (m.marks[m.mp - 1] as number) : 0;
          sp = m.sp;
        }
        p += op === 0x68 ? 2 : 5;
        if (m.floatSlots !== null || m.forwards !== null) {
          if (m.floatSlots?.has(slot)) notes.add(sp);
          stack[sp++] = m.forwards?.get(value) ?? value;
          continue;
        }
        stack[sp++] = value;
        // One reference often follows another.
        const top = m.memoTop;
        while (p < end - 9) {
          const next = bytes[p];
          let other: number;
          if (next === 0x68) other = bytes[p + 1] as number;
          else if (next === 0x6a) {
            other =
              (bytes[p + 1] as number) |
              ((bytes[p + 2] as number) << 8) |
              ((bytes[p + 3] as number) << 16) |
              ((bytes[p + 4] as number) << 24);
          } else break;
          if (other < 0 || other >= top) break;
          const known = memo[other];
          if (known === undefined) break;
          stack[sp++] = known;
          p += next === 0x68 ? 2 : 5;
        }
        continue;
      }
      case 0x71: {
        // BINPUT
        const slot = bytes[p + 1] as number;
        if (sp <= fence) break;
        const value = stack[sp - 1];
        if (slot === m.memoCount && slot === m.memoTop && typeof value !== "symbol" && typeof value !== "number") {
          memo[slot] = value;
          m.memoTop = ++m.memoCount;
        } else {
          m.pos = p;
          m.sp = sp;
          m.put(slot);
        }
        p += 2;
        continue;
      }
      case 0x94: {
        // MEMOIZE
        if (sp <= fence) break;
        const value = stack[sp - 1];
        const slot = m.memoCount;
        if (typeof value === "symbol") {
          // A pending container takes the slot with it.
          if ((m.pendingMemo[m.pn - 1] as number) < 0 && slot === m.memoTop) {
            m.pendingMemo[m.pn - 1] = slot;
            memo[slot] = undefined;
            m.memoTop = ++m.memoCount;
            p++;
            continue;
          }
        } else if (slot === m.memoTop && typeof value !== "number") {
          memo[slot] = value;
          m.memoTop = ++m.memoCount;
          p++;
          continue;
        }
        m.pos = p;
        m.sp = sp;
        m.put(slot);
        p++;
        continue;
      }
      case 0x8c: {
        // SHORT_BINUNICODE
        const size = bytes[p + 1] as number;
        if (p + 2 + size > end) break;
        m.pos = p;
        stack[sp++] = cut(m, strings, p + 2, size);
        p += 2 + size;
        if (bytes[p] === 0x94 && m.stays && m.memoCount === m.memoTop) {
          if (m.memoTop < NEAR) {
            memo[m.memoTop] = stack[sp - 1];
            m.memoTop = ++m.memoCount;
          } else {
            memo[m.memoTop] = undefined;
            m.place(p - size - 2);
          }
          p++;
        }
        continue;
      }
      case 0x58: {
        // BINUNICODE
        const size =
          ((bytes[p + 1] as number) |
            ((bytes[p + 2] as number) << 8) |
            ((bytes[p + 3] as number) << 16) |
            ((bytes[p + 4] as number) << 24)) >>>
          0;
        if (p + 5 + size > end) break;
        m.pos = p;
        stack[sp++] = cut(m, strings, p + 5, size);
        p += 5 + size;
        if (m.stays && m.memoCount === m.memoTop) {
          // MEMOIZE, or BINPUT or LONG_BINPUT of the next slot
          const next = bytes[p];
          const slot = m.memoTop;
          let taken = 0;
          if (next === 0x94) taken = 1;
          else if (next === 0x71 && bytes[p + 1] === slot) taken = 2;
          else if (
            next === 0x72 &&
            p + 4 < end &&
            ((bytes[p + 1] as number) | ((bytes[p + 2] as number) << 8) | ((bytes[p + 3] as number) << 16)) === slot &&
            bytes[p + 4] === 0
          ) {
            taken = 5;
          }
          if (taken > 0 && slot < NEAR) {
            memo[slot] = stack[sp - 1];
            m.memoTop = ++m.memoCount;
          } else if (taken > 0) {
            memo[slot] = undefined;
            m.place(p - size - 5);
          }
          p += taken;
        }
        continue;
      }
      case 0x43: {
        // SHORT_BINBYTES
        const size = bytes[p + 1] as number;
        if (p + 2 + size > end) break;
        if ((m.alloc += size + VIEW_BYTES) > m.maxAlloc) m.overdrawn(p);
        stack[sp++] = m.copy ? bytes.slice(p + 2, p + 2 + size) : new Uint8Array(buffer, start + p + 2, size);
        p += 2 + size;
        continue;
      }
      case 0x4e: // NONE
        stack[sp++] = null;
        p++;
        continue;
      case 0x88: // NEWTRUE
        stack[sp++] = true;
        p++;
        continue;
      case 0x89: // NEWFALSE
        stack[sp++] = false;
        p++;
        continue;
      case 0x5d: // EMPTY_LIST
        if ((m.alloc += LIST_BYTES) > m.maxAlloc) m.overdrawn(p);
        m.pending[m.pn] = sp;
        m.pendingMemo[m.pn++] = ~m.memoCount;
        stack[sp++] = NEW_LIST;
        p++;
        continue;
      case 0x7d: // EMPTY_DICT
        if ((m.alloc += DICT_BYTES) > m.maxAlloc) m.overdrawn(p);
        m.pending[m.pn] = sp;
        m.pendingMemo[m.pn++] = ~m.memoCount;
        stack[sp++] = NEW_DICT;
        p++;
        continue;
      case 0x29: // EMPTY_TUPLE
        stack[sp++] = EMPTY_TUPLE;
        p++;
        continue;
      case 0x8f: // EMPTY_SET
        if ((m.alloc += SET_BYTES) > m.maxAlloc) m.overdrawn(p);
        stack[sp++] = new PySet();
        p++;
        continue;
      case 0x28: // MARK
        p++;
        if (
          bytes[p] === 0x47 &&
          bytes[p + 9] === 0x47 &&
          stack[sp - 1] === NEW_LIST &&
          m.pn > 0 &&
          p + 18 < end &&
          !m.bigints
        ) {
          m.pos = p;
          m.sp = sp;
          if (floatRun(m)) {
            p = m.pos;
            continue;
          }
        }
        m.marks[m.mp] = fence = sp;
        m.joins[m.mp++] = 0;
        continue;
      case 0x65: {
        // APPENDS
        if (m.mp === 0) break;
        const mark = m.marks[m.mp - 1] as number;
        if (stack[mark - 1] !== NEW_LIST || mark < 1) break;
        // Right above another mark there is nothing to append to.
        if (m.mp > 1 && (m.joins[m.mp - 2] || (m.marks[m.mp - 2] as number)) === mark) break;
        if (m.pn > 0 && (m.pending[m.pn - 1] as number) >= mark) {
          m.sp = sp;
          m.realize(mark);
          sp = m.sp;
        }
        if (m.pn === 0 || m.pending[m.pn - 1] !== mark - 1) break;
        const since = m.joins[m.mp - 1] || mark;
        if (sp - since === 1000 && joined(bytes, p, end) > 0) {
          const q = joined(bytes, p, end);
          m.frameEnd = q > p + 2 ? frameStop(m, p + 2, q) : m.frameEnd;
          p = q;
          m.joins[m.mp - 1] = fence = sp;
          continue;
        }
        const list = makeList(stack, mark, sp, notes);
        m.mp--;
        fence = m.mp > 0 ? m.joins[m.mp - 1] || (m.marks[m.mp - 1] as number) : 0;
        const slot = m.pendingMemo[--m.pn] as number;
        if (slot >= 0) memo[slot] = list;
        sp = mark;
        stack[sp - 1] = list;
        p++;
        continue;
      }
      case 0x75: {
        // SETITEMS
        if (m.mp === 0) break;
        const mark = m.marks[m.mp - 1] as number;
        if (stack[mark - 1] !== NEW_DICT || mark < 1) break;
        // Right above another mark there is nothing to set items of.
        if (m.mp > 1 && (m.joins[m.mp - 2] || (m.marks[m.mp - 2] as number)) === mark) break;
        if (m.pn > 0 && (m.pending[m.pn - 1] as number) >= mark) {
          m.sp = sp;
          m.realize(mark);
          sp = m.sp;
        }
        if (m.pn === 0 || m.pending[m.pn - 1] !== mark - 1 || ((sp - mark) & 1) !== 0) break;
        const since = m.joins[m.mp - 1] || mark;
        if (sp - since === 2000 && joined(bytes, p, end) > 0) {
          const q = joined(bytes, p, end);
          m.frameEnd = q > p + 2 ? frameStop(m, p + 2, q) : m.frameEnd;
          p = q;
          m.joins[m.mp - 1] = fence = sp;
          continue;
        }
        m.pos = p;
        const dict = m.makeDict(mark, sp);
        m.mp--;
        fence = m.mp > 0 ? m.joins[m.mp - 1] || (m.marks[m.mp - 1] as number) : 0;
        const slot = m.pendingMemo[--m.pn] as number;
        if (slot >= 0) memo[slot] = dict;
        sp = mark;
        stack[sp - 1] = dict;
        p++;
        continue;
      }
      case 0x61: {
        // APPEND: a list of one item, or (protocol 0) one item more
        const at = sp - 2;
        if (at < fence || notes.count > 0) break;
        if (m.pn > 0 && (m.pending[m.pn - 1] as number) === at + 1) {
          m.sp = sp;
          m.realizeTop();
        }
        const target = stack[at];
        if (target === NEW_LIST && m.pn > 0 && m.pending[m.pn - 1] === at) {
          const list = [stack[at + 1]];
          const slot = m.pendingMemo[--m.pn] as number;
          if (slot >= 0) memo[slot] = list;
          stack[at] = list;
        } else if (Array.isArray(target) && target.constructor === Array && !Object.isFrozen(target)) {
          target.push(stack[at + 1]);
        } else break;
        sp--;
        p++;
        continue;
      }
      case 0x73: {
        // SETITEM: a key that dicts of this shape had next before
        const at = sp - 3;
        if (at < fence || notes.count > 0 || (m.pn > 0 && (m.pending[m.pn - 1] as number) >= at)) break;
        const target = stack[at];
        if (!(target instanceof PyDict) || target.constructor !== PyDict) break;
        if (!target.follow(stack[at + 1], stack[at + 2])) break;
        sp -= 2;
        p++;
        continue;
      }
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: {
        // TUPLE3
        const n = op - 0x84;
        const from = sp - n;
        if (from < fence) break;
        if (m.pn > 0 && (m.pending[m.pn - 1] as number) >= from) {
          m.sp = sp;
          m.realize(from);
        }
        const items =
          n === 2
            ? [stack[from], stack[from + 1]]
            : n === 1
              ? [stack[from]]
              : [stack[from], stack[from + 1], stack[from + 2]];
        if ((m.alloc += TUPLE_BYTES) > m.maxAlloc) m.overdrawn(p);
        const floats = notes.count > 0 ? notes.claim(stack, from, false) : 0;
        sp = from + 1;
        stack[from] = tupleFrom(items, floats);
        p++;
        continue;
      }
      case 0x74: {
        // TUPLE
        if (m.mp === 0) break;
        if (m.joins[m.mp - 1] !== 0) {
          m.sp = sp;
          m.unjoin();
          sp = m.sp;
          m.marks[m.mp - 1] = m.marks[m.mp - 1] as number;
        }
        const mark = m.marks[m.mp - 1] as number;
        if (m.pn > 0 && (m.pending[m.pn - 1] as number) >= mark) {
          m.sp = sp;
          m.realize(mark);
        }
        m.mp--;
        fence = m.mp > 0 ? m.joins[m.mp - 1] || (m.marks[m.mp - 1] as number) : 0;
        if ((m.alloc += TUPLE_BYTES) > m.maxAlloc) m.overdrawn(p);
        const floats = notes.count > 0 ? notes.claim(stack, mark, false) : 0;
        const items =
          sp - mark === 4
            ? [stack[mark], stack[mark + 1], stack[mark + 2], stack[mark + 3]]
            : sp - mark === 5
              ? [stack[mark], stack[mark + 1], stack[mark + 2], stack[mark + 3], stack[mark + 4]]
              : stack.slice(mark, sp);
        sp = mark;
        stack[sp++] = tupleFrom(items, floats);
        p++;
        continue;
      }
    }
    // Everything else, and every hot opcode whose stack or payload was not the common one.
    m.pos = p;
    m.sp = sp;
    const result = rareStep(m, op);
    p = m.pos;
    sp = m.sp;
    if (result >= 0) return result;
    fence = m.mp > 0 ? m.joins[m.mp - 1] || (m.marks[m.mp - 1] as number) : 0;
  }
}
