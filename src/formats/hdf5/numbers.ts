/**
 * 64-bit integers as numbers, where the caller wants them so.
 *
 * @module
 */
import { UnsupportedError } from "../../core/errors.ts";
import { dtype, NDArray } from "../../core/ndarray/index.ts";
import type { Context } from "./storage/context.ts";

/** What is read, with 64-bit integers as float64 when the file was opened so; those in structures stay what they are. */
export function asAsked(context: Context, value: unknown): unknown {
  if (!context.numbers) return value;
  if (typeof value === "bigint") return exact(value, "the value");
  if (!(value instanceof NDArray) || value.dtype.itemsize !== 8 || !/[iu]/.test(value.dtype.kind)) return value;
  const ints = value.astype(value.dtype.kind === "u" ? "<u8" : "<i8").data as BigInt64Array | BigUint64Array;
  const numbers = Float64Array.from(ints, (int, i) => exact(int, `element ${i}`));
  return NDArray.over(dtype("f8"), numbers, value.shape);
}

function exact(value: bigint, where: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  const text = `${where} is ${value}, which a number may not hold exactly: open the file without { bigint: "number" }`;
  throw new UnsupportedError("large int64", text, { format: "hdf5" });
}
