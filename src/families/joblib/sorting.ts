/**
 * Python's `sorted` of keys and items, as `joblib.hash` needs it: null where Python would raise `TypeError`.
 *
 * @module
 */
import { UnsupportedError } from "../../core/errors.ts";
import { NumpyScalar } from "../../core/ndarray/index.ts";
import { equal } from "../../core/values/equal.ts";
import { typeName } from "../../core/values/repr.ts";
import { PyFloat } from "../../core/values/scalars.ts";
import { isTuple } from "../../core/values/tuple.ts";
import { isOfStdlib, stdlibOrder, textOrder } from "./ordering.ts";

/** Types of Python that have no order. */
const NO_ORDER: ReadonlySet<string> = new Set([
  "NoneType",
  "dict",
  "complex",
  "type",
  "range",
  "slice",
  "ellipsis",
  "object",
]);

function bytesOrder(a: Uint8Array, b: Uint8Array): number {
  const size = Math.min(a.length, b.length);
  for (let i = 0; i < size; i++) if (a[i] !== b[i]) return (a[i] as number) - (b[i] as number);
  return a.length - b.length;
}

function numeric(value: unknown): number | bigint | null {
  if (value instanceof NumpyScalar) value = value.value;
  if (value instanceof PyFloat) return value.value;
  if (typeof value === "boolean") return value ? 1 : 0;
  return typeof value === "number" || typeof value === "bigint" ? value : null;
}

/** The text or bytes of a scalar of NumPy's that is one of these to Python. */
function plain(value: unknown): unknown {
  return value instanceof NumpyScalar && /[SU]/.test(value.dtype.kind) ? value.value : value;
}

/** Below, at or above 0 as Python orders the two; null where it would not. */
function order(a: unknown, b: unknown): number | null {
  const todo: unknown[] = [a, b];
  while (todo.length > 0) {
    const y = plain(todo.pop());
    const x = plain(todo.pop());
    const [m, n] = [numeric(x), numeric(y)];
    if (m !== null && n !== null) {
      if (m < n) return -1;
      if (m > n) return 1;
    } else if (typeof x === "string" && typeof y === "string") {
      if (x !== y) return textOrder(x, y);
    } else if (x instanceof Uint8Array && y instanceof Uint8Array) {
      const found = bytesOrder(x, y);
      if (found !== 0) return found;
    } else if (Array.isArray(x) && Array.isArray(y) && isTuple(x) === isTuple(y)) {
      // The first items that differ decide; they alone are ordered.
      const size = Math.min(x.length, y.length);
      let i = 0;
      while (i < size && equal(x[i], y[i])) i++;
      if (i < size) todo.push(x[i], y[i]);
      else if (x.length !== y.length) return x.length - y.length;
    } else {
      const found = isOfStdlib(x) || isOfStdlib(y) ? stdlibOrder(x, y) : undefined;
      if (found !== undefined) {
        if (found !== 0) return found;
        continue;
      }
      const names = [typeName(x), typeName(y)];
      const isKnown = (value: unknown): boolean =>
        numeric(value) !== null || typeof value === "string" || value instanceof Uint8Array || Array.isArray(value);
      if (names.some((name) => NO_ORDER.has(name)) || isKnown(x) || isKnown(y)) return null;
      throw new UnsupportedError("hash", `the order of ${names.join(" and ")} as keys is not known to brine's hash`);
    }
  }
  return 0;
}

/** Places of keys as Python would sort them; null where it could not. */
export function sortedPlaces(keys: readonly unknown[]): number[] | null {
  const places = keys.map((_, i) => i);
  let sortable = true;
  places.sort((a, b) => {
    const found = sortable ? order(keys[a], keys[b]) : 0;
    if (found === null) sortable = false;
    return found ?? 0;
  });
  return sortable ? places : null;
}
