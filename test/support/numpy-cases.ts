/** Reads fixtures/data/numpy.jsonl.gz and describes arrays as `fixtures/make/numpy_cases.py` does. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { DType, NDArray } from "../../src/core/ndarray/index.ts";
import { repr } from "../../src/core/values/repr.ts";
import { type PyComplex, PyFloat } from "../../src/core/values/scalars.ts";
import { isFloatAt } from "../../src/core/values/tuple.ts";

export interface PickleCase {
  by: string[];
  data: string;
  buffers?: string[];
}

export interface NumpyCase {
  id: string;
  dtype: string;
  str: string;
  shape: number[];
  items: unknown[];
  npy: string;
  npy1?: string;
  /** The dtype that NumPy reads from the npy file, where alignment is lost. */
  npyDtype?: string;
  text?: [str: string, repr: string];
  pickles: PickleCase[];
  scalar?: { item: unknown; text: [str: string, repr: string]; pickles: PickleCase[] };
}

export function readNumpyCases(): NumpyCase[] {
  const file = new URL("../../fixtures/data/numpy.jsonl.gz", import.meta.url);
  return gunzipSync(readFileSync(file))
    .toString("latin1")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as NumpyCase);
}

export const unbase64 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "base64"));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

function bits(x: number): string {
  if (Number.isNaN(x)) return "nan";
  const out = new DataView(new ArrayBuffer(8));
  out.setFloat64(0, x);
  return hex(new Uint8Array(out.buffer));
}

/** One item as the fixtures write it. */
export function describeItem(dtype: DType, value: unknown): unknown {
  if (dtype.base !== null) {
    return (value as unknown[]).flat(dtype.shape.length - 1).map((item) => describeItem(dtype.base as DType, item));
  }
  if (dtype.fields !== null) {
    return [...dtype.fields.values()].map((field, i) => describeItem(field.dtype, (value as unknown[])[i]));
  }
  switch (dtype.kind) {
    case "b":
      return value ? "True" : "False";
    case "f":
      return bits(value as number);
    case "c":
      return bits((value as PyComplex).re) + bits((value as PyComplex).im);
    case "S":
    case "V":
      return hex(value as Uint8Array);
    case "U":
      return Array.from(value as string, (ch) => ch.codePointAt(0));
    case "O":
      return repr(value);
    default:
      return String(value);
  }
}

function describeItems(made: NDArray): unknown[] {
  const items = made.flat();
  return items.map((item, i) =>
    describeItem(
      made.dtype,
      typeof item === "number" && made.dtype.hasObject && isFloatAt(items, i) ? new PyFloat(item) : item,
    ),
  );
}

export function describeArray(made: NDArray): unknown {
  const items = made.size > 2000 ? [] : describeItems(made);
  return { dtype: repr(made.dtype), str: made.dtype.str, shape: [...made.shape], items };
}

export function expected({ dtype, str, shape, items }: NumpyCase): unknown {
  return { dtype, str, shape, items };
}
