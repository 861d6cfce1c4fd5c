/**
 * Lists, dicts and sets that are there already and take further items from the stack.
 *
 * @module
 */
import { PyDict } from "../../../core/values/dict.ts";
import { Keys } from "../../../core/values/keys.ts";
import { PySet } from "../../../core/values/set.ts";
import { isTuple } from "../../../core/values/tuple.ts";
import { hashing } from "./args.ts";
import { makeList } from "./build.ts";
import type { Globals } from "./globals.ts";
import type { State } from "./state.ts";

export function elements(m: State, from: number): Keys {
  const items = m.stack.slice(from, m.sp);
  let text = true;
  for (const item of items) {
    if (typeof item === "string") continue;
    text = false;
    if (typeof item === "object" && item !== null) m.shapes.check(item);
  }
  const keys = m.shapes.limited(new Keys(items, text, true, items.length < 2));
  for (let i = m.notes.first(from); i < m.notes.count; i++) {
    (keys.floats ??= new Set()).add((m.notes.at[i] as number) - from);
  }
  m.notes.drop(from);
  return keys;
}

export function addItems(m: State, globals: Globals, from: number): void {
  const target = m.stack[from - 1];
  if (!(target instanceof PySet) || target.constructor !== PySet) {
    globals.extend(m, target, makeList(m.stack, from, m.sp, m.notes));
    return;
  }
  const added = hashing(m, () => elements(m, from));
  if (target.k.keys.length === 0) {
    target.k = added;
    return;
  }
  const start = target.k.keys.length;
  const own = new Keys(target.k.keys, target.k.text && added.text, true, false);
  m.shapes.limited(own);
  own.floats = target.k.floats;
  for (const key of added.keys) own.keys.push(key);
  for (const at of added.floats ?? []) (own.floats ??= new Set()).add(at + start);
  target.k = own;
}

export function appendTo(m: State, globals: Globals, from: number): void {
  const target = m.stack[from - 1];
  if (Array.isArray(target) && !isTuple(target)) m.extend(target, from);
  else globals.extend(m, target, makeList(m.stack, from, m.sp, m.notes));
  m.drop(from);
}

export function setItems(m: State, globals: Globals, from: number): void {
  const { stack, notes, sp } = m;
  const target = stack[from - 1];
  if (target instanceof PyDict && target.constructor === PyDict) {
    hashing(m, () => {
      if (target.k.keys.length === 0) {
        const made = m.shapes.makeDict(stack, from, sp, notes);
        target.k = made.k;
        target.v = made.v;
        target.f = made.f;
        return;
      }
      mergeInto(m, target, from);
    });
  } else
    globals.update(
      m,
      target,
      hashing(m, () => m.shapes.makeDict(stack, from, sp, notes)),
    );
  m.drop(from);
}

/** Sets stack pairs from `from` on in a dict, keys and values with their float memory. */
function mergeInto(m: State, target: PyDict, from: number): void {
  const { stack, notes, sp, shapes } = m;
  if (shapes.maxKeyNodes !== undefined) {
    if (!target.k.owned) target.k = target.k.own();
    shapes.limited(target.k);
  }
  // The notes lie in rising order, as the pairs do.
  let note = notes.count > 0 ? notes.first(from) : 0;
  const isFloat = (place: number): boolean => {
    while (note < notes.count && (notes.at[note] as number) < place) note++;
    return note < notes.count && notes.at[note] === place;
  };
  for (let at = from; at < sp; at += 2) {
    const before = target.v.length;
    target.set(stack[at], stack[at + 1]);
    if (note >= notes.count) continue;
    const position = target.v.length > before ? before : target.k.find(stack[at]);
    if (isFloat(at) && target.v.length > before) {
      if (!target.k.owned) target.k = target.k.own();
      (target.k.floats ??= new Set()).add(position);
    }
    if (isFloat(at + 1)) target.setFloat(position, true);
  }
}
