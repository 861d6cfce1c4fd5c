/**
 * `str` and `repr` of arrays, as NumPy 2 gives them.
 *
 * @module
 */
import { repr } from "../values/repr.ts";
import type { DType } from "./dtype.ts";
import { layOut, widthOf } from "./layout.ts";
import type { NDArray } from "./ndarray.ts";
import { EDGE, formatOf, THRESHOLD } from "./print.ts";
import { itemText } from "./scalar.ts";

const WIDTH = 75;

/** The values whose look decides the format: all, or those at the edges. */
function shown(array: NDArray, summary: boolean): unknown[] {
  if (!summary) return array.flat();
  let parts = [array];
  for (let axis = 0; axis < array.ndim; axis++) {
    if ((array.shape[axis] as number) <= 2 * EDGE) continue;
    const at = (part: string): string[] => [...new Array<string>(axis).fill(":"), part];
    parts = parts.flatMap((part) => [part.slice(...at(`:${EDGE}`)), part.slice(...at(`${-EDGE}:`))]);
  }
  return parts.flatMap((part) => part.flat());
}

/** Arrays that are being printed, each put back in `finally`: an array of objects may hold itself. */
const open: Set<NDArray> = new Set();

function items(array: NDArray, separator: string, prefix: string, width: number): string {
  if (array.size === 0) return "[]";
  if (open.has(array) || open.size > 32) return "...";
  const summary = array.size > THRESHOLD;
  open.add(array);
  try {
    const format = formatOf(array.dtype, shown(array, summary), array.ndim === 0);
    const source = { shape: array.shape, at: (index: readonly number[]) => array.shown(index) };
    return layOut(source, format, { separator, indent: ` ${" ".repeat(prefix.length)}`, width, summary });
  } finally {
    open.delete(array);
  }
}

/** NumPy's `array2string`: the brackets and what is in them, lines after the first indented as `prefix` is long. */
export function bracketed(array: NDArray, separator: string, prefix: string, suffix: string): string {
  return array.ndim === 0 ? arrayStr(array) : items(array, separator, prefix, WIDTH - suffix.length);
}

export function arrayStr(array: NDArray): string {
  if (array.ndim > 0) return items(array, " ", "", WIDTH);
  const { dtype } = array;
  if (dtype.fields !== null) return formatOf(dtype, [array.item()], true, true)(array.item());
  return dtype.kind === "S" ? repr(array.scalar()) : itemText(dtype, array.item());
}

/** dtypes that the printed values tell by themselves. */
const IMPLIED: ReadonlySet<string> = new Set(["<i8", "<f8", "<c16", "|b1"]);

/** Does the printed array tell its dtype by itself? */
export function isImplied(dtype: DType): boolean {
  return IMPLIED.has(dtype.str);
}

export function arrayRepr(array: NDArray, name = "array"): string {
  const { dtype, size } = array;
  const extras: string[] = [];
  const shape = `(${array.shape.join(", ")}${array.ndim === 1 ? "," : ""})`;
  if ((size === 0 && shape !== "(0,)") || size > THRESHOLD) extras.push(`shape=${shape}`);
  if (!IMPLIED.has(dtype.str) || size === 0) extras.push(`dtype=${shortText(dtype)}`);
  const text = `${name}(${items(array, ", ", `${name}(`, WIDTH - 1)}`;
  if (extras.length === 0) return `${text})`;
  const extra = `${extras.join(", ")})`;
  const last = widthOf(text.slice(text.lastIndexOf("\n") + 1)) + 1;
  return `${text},${last + widthOf(extra) + 1 > WIDTH ? `\n${" ".repeat(name.length + 1)}` : " "}${extra}`;
}

/** A dtype as the `dtype=` of a repr shows it. */
export function shortText(dtype: DType): string {
  if (dtype.text !== null) return String(dtype);
  if (dtype.fields !== null) return String(dtype);
  if (/[SUV]/.test(dtype.kind) || !dtype.isNative) return `'${dtype}'`;
  return /^[a-z][a-z0-9]*$/i.test(dtype.name) ? dtype.name : `'${dtype.name}'`;
}
