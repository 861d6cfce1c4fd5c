/**
 * Dicts turned into `Map`s or plain objects after a load, refusing what would be lost.
 *
 * @module
 */
import { PyDict } from "./dict.ts";
import { PyObject } from "./object.ts";
import { isTuple, Mark, tupleFrom } from "./tuple.ts";

/** Converts every plain `PyDict` in lists, tuples and dicts; identity and cycles (except through tuples) are kept. */
export function convertDicts(root: unknown, to: "map" | "object"): unknown {
  const done = new Map<unknown, unknown>();
  const jobs: (() => void)[] = [];
  const visit = (value: unknown, store: (made: unknown) => void): void => {
    if (typeof value !== "object" || value === null) return store(value);
    const known = done.get(value);
    if (known !== undefined) return store(known);
    if (Array.isArray(value)) {
      const copy: unknown[] = isTuple(value) ? new Array(value.length) : value;
      done.set(value, copy);
      // Jobs run last in, first out: the tuple is closed after its items are there.
      if (isTuple(value) && value.length > 0) jobs.push(() => void tupleFrom(copy, Mark.floats(value)));
      for (let i = value.length - 1; i >= 0; i--) jobs.push(() => visit(value[i], (made) => (copy[i] = made)));
      return store(value.length === 0 && isTuple(value) ? value : copy);
    }
    if (value instanceof PyDict) {
      const plain = value.constructor === PyDict;
      const target = plain ? (to === "map" ? new Map<unknown, unknown>() : (Object.create(null) as object)) : value;
      done.set(value, target);
      const entries = [...value.entries()];
      if (plain && to === "map" && entries.some(([key]) => typeof key === "object" && key !== null && isTuple(key))) {
        throw new TypeError('dicts: "map" would lose a tuple key\'s equality; use the default PyDict');
      }
      for (const [key, item] of entries.reverse()) {
        if (plain && to === "object" && typeof key !== "string") {
          throw new TypeError(
            `dicts: "object" would lose the key ${String(key)}, which is no text; use "map" or the default`,
          );
        }
        jobs.push(() =>
          visit(item, (made) => {
            if (target instanceof PyDict) {
              if (made !== item) target.set(key, made);
            } else if (target instanceof Map) target.set(key, made);
            else (target as Record<string, unknown>)[key as string] = made;
          }),
        );
      }
      return store(target);
    }
    done.set(value, value);
    if (value instanceof PyObject && value.a !== null) {
      const attrs = value.a;
      for (const [key, item] of attrs.entries())
        jobs.push(() => visit(item, (made) => made !== item && attrs.set(key, made)));
    }
    store(value);
  };
  let result: unknown;
  visit(root, (made) => {
    result = made;
  });
  for (let job = jobs.pop(); job !== undefined; job = jobs.pop()) job();
  return result;
}
