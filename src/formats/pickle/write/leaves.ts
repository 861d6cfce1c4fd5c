/**
 * Runs of values without parts: the inner loops over lists, tuples and dicts, the cursor in a local variable.
 *
 * V8 reads an item fast where it has met four kinds of arrays at most, and none that is frozen; so plain lists have a
 * loop of their own, apart from tuples and from lists with a float memory.
 *
 * @module
 */
import type { PyDict } from "../../../core/values/dict.ts";
import type { FloatPlaces } from "../../../core/values/tuple.ts";
import { LEAST, longs } from "./longs.ts";
import type { Memo } from "./memo.ts";
import { hash } from "./strings.ts";
import type { Writer } from "./writer.ts";

/**
 * Writes the items from `i` up to `to` as long as they are numbers, strings, bytes, booleans, None or references to what
 * was written, and gives the index of the first that is none of these (or `to`). Only for protocols 2 and up, without hooks
 * or modes, and for arrays without a float memory.
 */
export function leaves(w: Writer, memo: Memo, items: readonly unknown[], i: number, to: number): number {
  // May large integers be taken apart together?
  let together = true;
  let limit = w.ready();
  let out = w.out;
  let p = w.n;
  for (; i < to; i++) {
    if (p >= limit) {
      w.n = p;
      limit = w.ready();
      out = w.out;
      p = w.n;
    }
    const value = items[i];
    if (typeof value === "number") {
      const int = value | 0;
      if (int === value && (int !== 0 || 1 / value > 0)) {
        p = putInt(out, p, int);
        continue;
      }
      if (value === 0 || !Number.isSafeInteger(value)) {
        out[p] = 0x47;
        w.view.setFloat64(p + 1, value);
        p += 9;
        continue;
      }
    } else if (typeof value === "string") {
      const word = hash(value);
      if (w.words[word] === value) {
        p = putGet(out, p, w.slots[word] as number);
        continue;
      }
      const end = putWord(w, out, p, value, word);
      if (end > 0) {
        p = end;
        continue;
      }
    } else if (value === null) {
      out[p++] = 0x4e;
      continue;
    } else if (typeof value === "boolean") {
      out[p++] = value ? 0x88 : 0x89;
      continue;
    } else if (typeof value === "object") {
      const slot = memo.find(value);
      if (slot >= 0) {
        p = putGet(out, p, slot);
        continue;
      }
      if (value.constructor !== Uint8Array || w.protocol < 3) break;
      w.n = p;
      w.bytes(value as Uint8Array);
      memo.addBytes(value as Uint8Array, w.put());
      limit = w.ready();
      out = w.out;
      p = w.n;
      continue;
    }
    w.n = p;
    if (typeof value === "bigint" && together && i + LEAST <= to && typeof items[i + LEAST - 1] === "bigint") {
      const next = longs(w, items, i, to);
      together = next > i;
      if (together) i = next - 1;
      else w.long(value);
    } else if (!rare(w, value)) return i;
    limit = w.ready();
    out = w.out;
    p = w.n;
  }
  w.n = p;
  return i;
}

/** Items of a list, with or without a float memory. */
export function listLeaves(
  w: Writer,
  memo: Memo,
  items: readonly unknown[],
  i: number,
  to: number,
  floats: number | FloatPlaces,
): number {
  return floats === 0 ? leaves(w, memo, items, i, to) : markedLeaves(w, memo, items, i, to, floats);
}

/** As {@link leaves}, for tuples and for lists of which `floats` tells which integral numbers are floats. */
export function markedLeaves(
  w: Writer,
  memo: Memo,
  items: readonly unknown[],
  i: number,
  to: number,
  floats: number | FloatPlaces,
): number {
  let limit = w.ready();
  let out = w.out;
  let p = w.n;
  // The next place of a float, and how to come to the one after it.
  let mask = 0;
  let at: ArrayLike<number> | null = null;
  let values: ArrayLike<number> | null = null;
  let cursor = 0;
  let next = -1;
  if (typeof floats !== "number") {
    ({ at, values } = floats);
    cursor = at === null ? i : firstFrom(at, i);
    next = cursor < values.length ? (at === null ? cursor : (at[cursor] as number)) : -1;
  } else if (floats !== 0 && i < 31) {
    mask = (floats >>> i) << i;
    next = mask === 0 ? -1 : 31 - Math.clz32(mask & -mask);
  }
  for (; i < to; i++) {
    if (p >= limit) {
      w.n = p;
      limit = w.ready();
      out = w.out;
      p = w.n;
    }
    const value = items[i];
    if (typeof value === "number") {
      let isFloat = false;
      if (i === next) {
        isFloat = values === null || values[cursor] === value;
        cursor++;
        if (values === null) {
          mask &= mask - 1;
          next = mask === 0 ? -1 : 31 - Math.clz32(mask & -mask);
        } else next = cursor < values.length ? (at === null ? cursor : (at[cursor] as number)) : -1;
      }
      const int = value | 0;
      if (int === value && !isFloat && (int !== 0 || 1 / value > 0)) {
        p = putInt(out, p, int);
        continue;
      }
      if (isFloat || value === 0 || !Number.isSafeInteger(value)) {
        out[p] = 0x47;
        w.view.setFloat64(p + 1, value);
        p += 9;
        continue;
      }
    } else if (typeof value === "string") {
      const word = hash(value);
      if (w.words[word] === value) {
        p = putGet(out, p, w.slots[word] as number);
        continue;
      }
    } else if (value === null) {
      out[p++] = 0x4e;
      continue;
    } else if (typeof value === "boolean") {
      out[p++] = value ? 0x88 : 0x89;
      continue;
    } else if (typeof value === "object") {
      const slot = memo.find(value);
      if (slot < 0) break;
      p = putGet(out, p, slot);
      continue;
    }
    w.n = p;
    if (!rare(w, value)) return i;
    limit = w.ready();
    out = w.out;
    p = w.n;
  }
  w.n = p;
  return i;
}

/**
 * Writes the pairs of a dict from half-step `at` (key `i` is `2 * i`, its value `2 * i + 1`) up to `to`, as long as keys
 * and values are leaves, and gives the half-step of the first that is none. `slots` are the memo slots of shared keys.
 */
export function pairs(w: Writer, memo: Memo, dict: PyDict, at: number, to: number, slots: number[] | null): number {
  const { k, v } = dict;
  const { keys } = k;
  const keyFloats = k.floats;
  const floats = dict.f;
  let limit = w.ready();
  let out = w.out;
  let p = w.n;
  for (; at < to; at++) {
    if (p >= limit) {
      w.n = p;
      limit = w.ready();
      out = w.out;
      p = w.n;
    }
    const i = at >> 1;
    let value: unknown;
    if ((at & 1) === 0) {
      value = keys[i];
      if (slots !== null) {
        const slot = slots[i] as number;
        if (slot < 0) {
          w.n = p;
          w.string(value as string);
          slots[i] = w.slot;
          limit = w.ready();
          out = w.out;
          p = w.n;
        } else p = putGet(out, p, slot);
        continue;
      }
    } else value = v[i];
    if (typeof value === "number") {
      const int = value | 0;
      const isFloat = (at & 1) === 0 ? keyFloats?.has(i) === true : floats !== 0 && dict.isFloat(i);
      if (int === value && !isFloat && (int !== 0 || 1 / value > 0)) {
        p = putInt(out, p, int);
        continue;
      }
      if (isFloat || value === 0 || !Number.isSafeInteger(value)) {
        out[p] = 0x47;
        w.view.setFloat64(p + 1, value);
        p += 9;
        continue;
      }
    } else if (typeof value === "string") {
      const word = hash(value);
      if (w.words[word] === value) {
        p = putGet(out, p, w.slots[word] as number);
        continue;
      }
      const end = putWord(w, out, p, value, word);
      if (end > 0) {
        p = end;
        continue;
      }
    } else if (value === null) {
      out[p++] = 0x4e;
      continue;
    } else if (typeof value === "boolean") {
      out[p++] = value ? 0x88 : 0x89;
      continue;
    } else if (typeof value === "object") {
      const slot = memo.find(value);
      if (slot < 0) break;
      p = putGet(out, p, slot);
      continue;
    }
    w.n = p;
    if (!rare(w, value)) return at;
    limit = w.ready();
    out = w.out;
    p = w.n;
  }
  w.n = p;
  return at;
}

/** Writes a number, string or large integer that takes more than a few bytes; false when the value is none of them. */
function rare(w: Writer, value: unknown): boolean {
  if (typeof value === "number") w.int(value);
  else if (typeof value === "string") w.string(value);
  else if (typeof value === "bigint") w.long(value);
  else return false;
  return true;
}

function putInt(out: Uint8Array, p: number, int: number): number {
  if (int >= 0 && int < 65536) {
    if (int < 256) {
      out[p] = 0x4b;
      out[p + 1] = int;
      return p + 2;
    }
    out[p] = 0x4d;
    out[p + 1] = int;
    out[p + 2] = int >> 8;
    return p + 3;
  }
  out[p] = 0x4a;
  out[p + 1] = int;
  out[p + 2] = int >> 8;
  out[p + 3] = int >> 16;
  out[p + 4] = int >> 24;
  return p + 5;
}

function putGet(out: Uint8Array, p: number, slot: number): number {
  if (slot < 256) {
    out[p] = 0x68;
    out[p + 1] = slot;
    return p + 2;
  }
  out[p] = 0x6a;
  out[p + 1] = slot;
  out[p + 2] = slot >> 8;
  out[p + 3] = slot >> 16;
  out[p + 4] = slot >> 24;
  return p + 5;
}

/** Writes a short ASCII string that was not written lately, and gives the end; 0 when it is none. */
function putWord(w: Writer, out: Uint8Array, p: number, text: string, word: number): number {
  const size = text.length;
  if (size > WORD || w.protocol < 4) return 0;
  const at = p + 2;
  for (let i = 0; i < size; i++) {
    const c = text.charCodeAt(i);
    if (c > 127) return 0;
    out[at + i] = c;
  }
  out[p] = 0x8c;
  out[p + 1] = size;
  out[at + size] = 0x94;
  w.remember(text, word, w.memoCount++);
  return at + size + 1;
}

/** With its head and MEMOIZE not above what `Writer.ready` promises. */
const WORD = 24;

/** The first index whose place is `from` or behind it. */
function firstFrom(at: ArrayLike<number>, from: number): number {
  let low = 0;
  let high = at.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((at[middle] as number) < from) low = middle + 1;
    else high = middle;
  }
  return low;
}
