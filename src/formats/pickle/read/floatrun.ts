/**
 * Lists of nothing but floats, read straight into an unboxed array.
 *
 * @module
 */
import { type FloatPlaces, Mark } from "../../../core/values/tuple.ts";
import type { State } from "./state.ts";

/**
 * At a MARK on top of a pending list: when all that follows up to the last APPENDS is floats (in batches, frames
 * between), puts the whole list on the stack, moves behind it and returns true; else changes nothing.
 */
export function floatRun(m: State): boolean {
  const { bytes, end } = m;
  let p = m.pos;
  let count = 0;
  let last = 0;
  let lastCount = 0;
  for (;;) {
    while (p + 9 < end && bytes[p] === 0x47) {
      p += 9;
      count++;
    }
    if (bytes[p] === 0x95 && p + 9 < end) {
      if (m.base + p + 9 + frameSize(m, p) > m.base + end) break;
      p += 9;
      continue;
    }
    if (p >= end || bytes[p] !== 0x65 || count === lastCount) break;
    last = ++p;
    lastCount = count;
    if (bytes[p] === 0x95 && p + 9 < end && m.base + p + 9 + frameSize(m, p) <= m.base + end) p += 9;
    if (p >= end || bytes[p] !== 0x28) break;
    p++;
    if (bytes[p] !== 0x47 && bytes[p] !== 0x95) break;
  }
  if (last === 0 || (p >= end && !m.last)) return false;
  const view = m.dataView();
  // An array that has held a double grows unboxed; `new Array(n)` would be filled twice.
  const list: number[] = [0.5];
  list.length = lastCount;
  let whole = 0;
  let i = 0;
  for (p = m.pos; i < lastCount; ) {
    const op = bytes[p] as number;
    if (op === 0x47) {
      const value = view.getFloat64(p + 1);
      list[i++] = value;
      if (value - Math.floor(value) === 0 && (value !== 0 || 1 / value > 0)) whole++;
      p += 9;
    } else p += op === 0x95 ? 9 : 1;
  }
  if (whole > 0) new Mark(list, places(list, whole));
  m.pos = last;
  const slot = m.pendingMemo[--m.pn] as number;
  m.stack[m.sp - 1] = list;
  if (slot >= 0) m.setMemo(slot, list);
  return true;
}

function frameSize(m: State, p: number): number {
  const view = m.dataView();
  return Number(view.getBigUint64(p + 1, true));
}

function places(list: number[], whole: number): FloatPlaces {
  if (whole === list.length) return { at: null, values: Float64Array.from(list) };
  const at = new Int32Array(whole);
  const values = new Float64Array(whole);
  let n = 0;
  for (let i = 0; i < list.length; i++) {
    const value = list[i] as number;
    if (value - Math.floor(value) === 0 && (value !== 0 || 1 / value > 0)) {
      at[n] = i;
      values[n++] = value;
    }
  }
  return { at, values };
}
